// A client under graphemu exec: what it knows comes from its environment, but for the
// one thing that none of the library's variables turns off.
import { createRequire } from "node:module";
import { DefaultAzureCredential, EnvironmentCredential } from "@azure/identity";

const require = createRequire(import.meta.url);
const { Client } = require("@microsoft/microsoft-graph-client");
const { TokenCredentialAuthenticationProvider } = require("@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials");

const credential = new { DefaultAzureCredential, EnvironmentCredential }[process.argv[2]]({ disableInstanceDiscovery: true });
const graph = Client.initWithMiddleware({
  baseUrl: process.env.GRAPHEMU_ORIGIN,
  defaultVersion: "beta",
  customHosts: new Set(["localhost"]),
  authProvider: new TokenCredentialAuthenticationProvider(credential, { scopes: ["https://graph.microsoft.com/.default"] }),
});
const { value } = await graph.api("/education/synchronizationProfiles").get();
console.log(`${value.length} profiles`);
