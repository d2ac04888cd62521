import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { bearerTokenAuthenticationPolicy, createDefaultHttpClient, createEmptyPipeline, createPipelineRequest } from "@azure/core-rest-pipeline";
import { ClientSecretCredential, DeviceCodeCredential, InteractiveBrowserCredential, UsernamePasswordCredential } from "@azure/identity";

// By require, since the Graph client is CommonJS.
const require = createRequire(import.meta.url);
const { Client } = require("@microsoft/microsoft-graph-client");
const { TokenCredentialAuthenticationProvider } = require("@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials");

const server = JSON.parse(readFileSync(process.env.ready));
const profiles = "/education/synchronizationProfiles";
const application = "https://graph.microsoft.com/.default";
const delegated = "https://graph.microsoft.com/EduAdministration.ReadWrite";
const user = "ora.klein@contoso.edu";
const draft = {
  displayName: "North",
  dataProvider: { "@odata.type": "#microsoft.graph.educationCsvDataProvider" },
  identitySynchronizationConfiguration: {
    "@odata.type": "#microsoft.graph.educationIdentityCreationConfiguration",
    userDomains: [
      { appliesTo: "student", name: "contoso.edu" },
      { appliesTo: "teacher", name: "contoso.edu" },
    ],
  },
};

// Each test has a tenant of its own, which begins as the fixture says.
let tenants = 0;
function tenant() {
  const id = `aaaaaaaa-0000-4000-8000-${String(++tenants).padStart(12, "0")}`;
  const steer = async (method, path, body) => {
    const answer = await fetch(`${server.https}/_graphemu/worlds/${id}/${path}`, { method, headers: { "Content-Type": "application/json" }, body });
    const text = await answer.text();
    assert.ok(answer.ok, text);
    return text && JSON.parse(text);
  };
  const options = { tenantId: id, clientId: server.clientId, authorityHost: server.https, disableInstanceDiscovery: true };
  return {
    id,
    options,
    post: (path, body) => steer("POST", path, body && JSON.stringify(body)),
    secret: (secret = server.clientSecret, more = {}) => new ClientSecretCredential(id, server.clientId, secret, { ...options, ...more }),
    // tokens are the tokens that were asked for, as "operation status".
    async tokens() {
      const { entries } = await steer("GET", "journal?operation=token.*");
      return entries.map((e) => `${e.operation} ${e.status}`).filter((e) => !e.startsWith("token.configuration"));
    },
    // The client of Graph that signs in by itself.
    graph: (credential, scope) =>
      Client.initWithMiddleware({
        baseUrl: server.https,
        defaultVersion: "beta",
        customHosts: new Set(["localhost"]),
        authProvider: new TokenCredentialAuthenticationProvider(credential, { scopes: [scope] }),
      }),
  };
}

const raised = (promise) => promise.then(() => assert.fail("no error"), (error) => error);

test("ClientSecretCredential: reads, may not create, asks for a token once", async () => {
  const t = tenant();
  const graph = t.graph(t.secret(), application);
  assert.equal((await graph.api(profiles).get()).value.length, 12);
  const error = await raised(graph.api(profiles).post(draft));
  assert.equal(error.statusCode, 403);
  assert.equal(error.message, "Required scp claim values are not provided.");
  assert.deepEqual(await t.tokens(), ["token.clientCredentials 200"]);
});

test("a wrong secret: the error has the service's words, number and ids", async () => {
  const error = await raised(tenant().secret("wrong").getToken(application));
  assert.match(error.message, /^invalid_client: Error\(s\): 7000215 .*AADSTS7000215: Invalid client secret provided\..* Trace ID: [0-9a-f-]{36}/s);
});

test("an unknown tenant and an unknown app", async () => {
  const t = tenant();
  const nowhere = new ClientSecretCredential("nowhere.example", server.clientId, server.clientSecret, t.options);
  // What the service said of the tenant is not handed on.
  assert.match((await raised(nowhere.getToken(application))).message, /^endpoints_resolution_error/);
  const other = new ClientSecretCredential(t.id, "11111111-2222-4333-8444-555555555555", "x", t.options);
  assert.match((await raised(other.getToken(application))).message, /AADSTS700016: /);
});

test("DeviceCodeCredential: a user signs in, creates, and stays signed in", async () => {
  const t = tenant();
  let shown = 0;
  const credential = new DeviceCodeCredential({
    ...t.options,
    async userPromptCallback({ userCode, verificationUri, message }) {
      shown++;
      assert.ok(message.includes(userCode) && verificationUri.startsWith(server.https), message);
      await t.post("device", { userCode, user });
    },
  });
  const graph = t.graph(credential, delegated);
  assert.equal((await graph.api(profiles).post(draft)).state, "provisioning");
  assert.equal((await graph.api(profiles).get()).value.length, 13);
  assert.equal(shown, 1);

  // Two hours later Graph takes that token no more; the client gets another by its
  // refresh token.
  await t.post("clock", { advance: "2h" });
  const expired = await raised(graph.api(profiles).get());
  assert.equal(expired.message, "Lifetime validation failed, the token is expired.");
  const { token } = await credential.getToken(delegated, { claims: '{"access_token":{"nbf":{"essential":true}}}' });
  const answer = await fetch(`${server.https}/beta${profiles}`, { headers: { Authorization: `Bearer ${token}` } });
  assert.equal(answer.status, 200);
  assert.equal(shown, 1, "nobody was asked again");
  assert.equal((await t.tokens()).at(-1), "token.refreshToken 200");
});

test("UsernamePasswordCredential, deprecated and there", async () => {
  const t = tenant();
  const credential = new UsernamePasswordCredential(t.id, server.clientId, user, "any", t.options);
  assert.equal((await t.graph(credential, delegated).api(profiles).post(draft)).displayName, "North");
});

// The browser says in browser.log what went wrong.
test("InteractiveBrowserCredential opens a browser", { timeout: 60_000 }, async () => {
  const t = tenant();
  const credential = new InteractiveBrowserCredential({ ...t.options, loginHint: user });
  const record = await credential.authenticate(delegated);
  assert.equal(record.username, user);
  assert.equal((await t.graph(credential, delegated).api(profiles).post(draft)).displayName, "North");
});

// The pipeline of Azure's libraries takes a claims challenge of Graph's by itself; the
// Graph client does not, and gives the error to its caller.
test("a revoked token: the pipeline asks for another with the claims", async () => {
  const t = tenant();
  const credential = t.secret();
  const sent = [];
  const asked = { getToken: (scopes, options) => (sent.push(options), credential.getToken(scopes, options)) };
  const pipeline = createEmptyPipeline();
  pipeline.addPolicy(bearerTokenAuthenticationPolicy({ credential: asked, scopes: application }));
  const http = createDefaultHttpClient();
  const list = async () => (await pipeline.sendRequest(http, createPipelineRequest({ url: `${server.https}/beta${profiles}` }))).status;
  const graph = t.graph(t.secret(), application);
  assert.equal(await list(), 200);
  await graph.api(profiles).get();
  await t.post("revoke");
  assert.equal(await list(), 200);
  assert.match(sent.at(-1).claims, /^\{"access_token":\{"nbf":\{"essential":true,"value":"\d+"\}\}\}$/);
  assert.equal((await t.tokens()).length, 3);
  const error = await raised(graph.api(profiles).get());
  assert.equal(error.statusCode, 401);
  assert.match(error.headers.get("WWW-Authenticate"), /error="insufficient_claims", claims="/);
});

for (const which of ["EnvironmentCredential", "DefaultAzureCredential"]) {
  test(`${which} under graphemu exec`, () => {
    const { NODE_EXTRA_CA_CERTS, ...env } = process.env; // that of another server
    const args = ["exec", "--auth", "strict", "--fixture", "contoso", "--clock", "frozen", "--", process.execPath, "client.mjs", which];
    const { status, stdout, stderr } = spawnSync(process.env.graphemu, args, { env, encoding: "utf8" });
    assert.equal(stdout, "12 profiles\n", stderr);
    assert.equal(status, 0, stderr);
  });
}
