import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { ContainerClient, RestError } from "@azure/storage-blob";

// By require, since the Graph client is CommonJS.
const { Client } = createRequire(import.meta.url)("@microsoft/microsoft-graph-client");

// What the server that .ci/clients/run has started says of itself. Its clock stands
// still until it is moved.
export const server = JSON.parse(readFileSync(process.env.ready));
export const profiles = "/education/synchronizationProfiles";

// The roster of the suite azure-go, by file.
export const roster = Object.fromEntries(readdirSync("roster").map((name) => [name, readFileSync(`roster/${name}`)]));

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

// Each test has a world of its own, by its token. node runs each file in a process
// of its own, against one server.
let worlds = 0;
export function world() {
  const name = `azure-js-${process.pid}-${++worlds}`;
  const client = Client.init({
    baseUrl: server.https, // over http this client sends no token
    defaultVersion: "beta",
    customHosts: new Set(["127.0.0.1", "localhost"]),
    authProvider: (done) => done(null, `world-${name}`),
  });
  const steer = async (method, path, body) => {
    const answer = await fetch(`${server.https}/_graphemu/worlds/${name}/${path}`, {
      method,
      headers: { "Content-Type": "application/json" },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    assert.ok(answer.ok, text);
    return text && JSON.parse(text);
  };
  const advance = (by) => steer("POST", "clock", { advance: by });
  return {
    client,
    advance,
    fault: (rule) => steer("POST", "faults", rule),
    verify: () => steer("GET", "verify"),
    // useScenario puts a built-in scenario in force.
    useScenario: async (scenario) => {
      const text = execFileSync(process.env.graphemu, ["scenario", "show", scenario], { encoding: "utf8" });
      const answer = await fetch(`${server.https}/_graphemu/worlds/${name}/scenario`, { method: "PUT", body: text });
      assert.equal(answer.status, 200, await answer.text());
    },
    // calls are what came to the storage account, as "operation status".
    async calls(operation = "upload.*") {
      const { entries } = await steer("GET", `journal?operation=${encodeURIComponent(operation)}`);
      return entries.map((e) => `${e.operation} ${e.status}`);
    },
    // provisioned makes a profile and lets the time pass that it takes.
    async provisioned() {
      const { id } = await client.api(profiles).post(draft);
      await advance("2s");
      return id;
    },
    // uploadURL is on the host that was asked.
    async uploadURL(id, origin = server.https) {
      const answer = await fetch(`${origin}/beta${profiles}/${id}/uploadUrl`, { headers: { Authorization: `Bearer world-${name}` } });
      assert.equal(answer.status, 200, name);
      return (await answer.json()).value;
    },
    start: (id) => client.api(`${profiles}/${id}/start`).responseType("raw").post(null),
    status: async (id) => (await client.api(`${profiles}/${id}/profileStatus`).header("Prefer", "include-unknown-enum-members").get()).status,
  };
}

// container is the client of where the URL leads, with no credential but the URL.
// It does not repeat anything unless a test asks.
export const container = (url, retryOptions = { maxTries: 1 }) => new ContainerClient(url, undefined, { retryOptions });

// opened is a world with a profile and its container.
export async function opened(origin) {
  const w = world();
  const id = await w.provisioned();
  return { w, id, c: container(await w.uploadURL(id, origin)) };
}

// put uploads files whole.
export async function put(c, files) {
  for (const [name, content] of Object.entries(files)) await c.getBlockBlobClient(name).uploadData(content);
}

// refused is the client's error of that status and code. Of a HEAD, which has no
// body, the client leaves the code in the details.
export async function refused(promise, status, code, what = "the call") {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof RestError, `a RestError, not ${error}`);
    assert.deepEqual([error.statusCode, error.code ?? error.details.errorCode], [status, code], `${what}: ${error.message}`);
    return error;
  }
  assert.fail(`${what} was not refused, but ${status} ${code} was to come`);
}
