// A client of Microsoft Graph that has never heard of an emulator.
import { createRequire } from "node:module";
import { DefaultAzureCredential, UsernamePasswordCredential } from "@azure/identity";

const require = createRequire(import.meta.url);
const { Client } = require("@microsoft/microsoft-graph-client");
const { TokenCredentialAuthenticationProvider } = require("@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials");

const profiles = "/education/synchronizationProfiles";
const connect = (credential, scope) =>
  Client.initWithMiddleware({
    defaultVersion: "beta",
    authProvider: new TokenCredentialAuthenticationProvider(credential, { scopes: [scope] }),
  });

const nightly = connect(new DefaultAzureCredential(), "https://graph.microsoft.com/.default");
const { value } = await nightly.api(profiles).get();
console.log(`listed ${value.length}`);

const page = await nightly.api(profiles).top(5).get();
console.log(`next ${new URL(page["@odata.nextLink"]).origin}`);

const { AZURE_TENANT_ID, AZURE_CLIENT_ID } = process.env;
const ora = new UsernamePasswordCredential(AZURE_TENANT_ID, AZURE_CLIENT_ID, "ora.klein@contoso.edu", "secret");
const made = await connect(ora, "https://graph.microsoft.com/EduAdministration.ReadWrite")
  .api(profiles)
  .post({
    displayName: "JavaScript",
    dataProvider: { "@odata.type": "#microsoft.graph.educationCsvDataProvider" },
    identitySynchronizationConfiguration: {
      "@odata.type": "#microsoft.graph.educationIdentityCreationConfiguration",
      userDomains: [
        { appliesTo: "student", name: "contoso.edu" },
        { appliesTo: "teacher", name: "contoso.edu" },
      ],
    },
  });
console.log(`created ${made.displayName}, ${made.state}`);
