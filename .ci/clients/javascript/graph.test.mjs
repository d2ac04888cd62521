import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";

// By require, since the client is CommonJS.
const graph = createRequire(import.meta.url)("@microsoft/microsoft-graph-client");
const { BatchRequestContent, BatchResponseContent, Client, GraphError, PageIterator } = graph;

const server = JSON.parse(readFileSync(process.env.ready));
const profiles = "/education/synchronizationProfiles";
const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const missing = "00000000-0000-4000-8000-000000000000";

const draft = (displayName) => ({
  displayName,
  dataProvider: { "@odata.type": "#microsoft.graph.educationCsvDataProvider" },
  identitySynchronizationConfiguration: {
    "@odata.type": "#microsoft.graph.educationIdentityCreationConfiguration",
    userDomains: [
      { appliesTo: "student", name: "contoso.edu" },
      { appliesTo: "teacher", name: "contoso.edu" },
    ],
  },
});

// Each test has a world of its own, by its token.
let worlds = 0;
function world() {
  const name = `js-${++worlds}`;
  const token = `world-${name}`;
  return {
    client: connect(token),
    token,
    // The server's clock stands still until it is moved.
    async advance(by) {
      const answer = await fetch(`${server.https}/_graphemu/worlds/${name}/clock`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ advance: by }),
      });
      assert.equal(answer.status, 200, await answer.text());
    },
  };
}

function connect(token, more = {}) {
  return Client.init({
    baseUrl: server.https,
    defaultVersion: "beta",
    customHosts: new Set(["127.0.0.1", "localhost"]),
    authProvider: (done) => done(null, token),
    ...more,
  });
}

async function provisioned(w, name) {
  const { id } = await w.client.api(profiles).post(draft(name));
  await w.advance("2s");
  return id;
}

const raised = async (promise) => {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof GraphError, `a GraphError, not ${error}`);
    return error;
  }
  assert.fail("no error");
};

test("create, get, poll, list, update", async () => {
  const w = world();
  const made = await w.client.api(profiles).post(draft("North"));
  assert.match(made.id, guid);
  assert.equal(made.state, "provisioning");
  assert.equal(made["@odata.context"], `${server.https}/beta/$metadata#education/synchronizationProfiles/$entity`);
  assert.equal((await w.client.api(`${profiles}/${made.id}`).get()).state, "provisioning");
  await w.advance("2s");
  const one = await w.client.api(`${profiles}/${made.id}`).get();
  assert.deepEqual(one, { ...made, state: "provisioned" });
  const { value } = await w.client.api(profiles).get();
  assert.deepEqual(value.map((p) => p.id), [made.id]);
  const changed = await w.client.api(`${profiles}/${made.id}`).patch({ displayName: "Far North" });
  assert.equal(changed.displayName, "Far North");
  const status = await w.client.api(`${profiles}/${made.id}/profileStatus`).get();
  assert.equal(status.status, "paused");
});

test("query options as the client writes them", async () => {
  const { client } = world();
  for (const name of ["b", "c", "a"]) await client.api(profiles).post(draft(name));
  const list = await client
    .api(profiles)
    .filter("displayName ne 'c'")
    .orderby("displayName")
    .select(["id", "displayName"])
    .expand("profileStatus")
    .top(5)
    .count(true)
    .get();
  assert.deepEqual(list.value.map((p) => p.displayName), ["a", "b"]);
  assert.equal(list["@odata.count"], 2);
  assert.deepEqual(Object.keys(list.value[0]).filter((k) => !k.includes("@")).sort(), ["displayName", "id", "profileStatus"]);
});

test("PageIterator follows nextLink to the end, and can pause", async () => {
  const { client } = world();
  const names = Array.from({ length: 7 }, (_, i) => `p${i}`);
  for (const name of names) await client.api(profiles).post(draft(name));
  const first = await client.api(profiles).top(3).get();
  assert.equal(first.value.length, 3);
  assert.ok(first["@odata.nextLink"].startsWith(`${server.https}/beta${profiles}?`), first["@odata.nextLink"]);
  const seen = [];
  const pages = new PageIterator(client, first, (p) => seen.push(p.displayName) !== 4);
  await pages.iterate();
  assert.deepEqual(seen, names.slice(0, 4));
  assert.ok(!pages.isComplete());
  await pages.resume();
  assert.deepEqual(seen, names);
  assert.ok(pages.isComplete());
});

// They answer 200 with an empty body. The client would throw if that had the
// content type of JSON.
test("pause, resume, reset: 200 and nothing", async () => {
  const w = world();
  const id = await provisioned(w, "acts");
  const call = (action) => w.client.api(`${profiles}/${id}/${action}`).post(null);
  const raw = await w.client.api(`${profiles}/${id}/reset`).responseType("raw").post(null);
  assert.equal(raw.status, 200);
  assert.equal(raw.headers.get("Content-Type"), null);
  assert.equal(raw.headers.get("Content-Length"), "0");
  assert.equal(await raw.text(), "");
  await call("pause");
  assert.equal((await w.client.api(`${profiles}/${id}/profileStatus`).get()).status, "paused");
  await call("resume");
  await call("pause");
  await call("reset");
});

test("start on an empty container: 400 with the messages", async () => {
  const w = world();
  const id = await provisioned(w, "start");
  const raw = await w.client.api(`${profiles}/${id}/start`).responseType("raw").post(null);
  assert.equal(raw.status, 400);
  const { value } = await raw.json();
  assert.ok(value.length > 0 && value.every((m) => m.type && m.fileName && m.description), JSON.stringify(value));
});

test("delete: 202 and nothing, then 404", async () => {
  const w = world();
  const id = await provisioned(w, "gone");
  await w.client.api(`${profiles}/${id}`).delete();
  assert.equal((await w.client.api(`${profiles}/${id}`).get()).state, "deleting");
  await w.advance("1s");
  assert.equal((await raised(w.client.api(`${profiles}/${id}`).get())).statusCode, 404);
});

test("GraphError: 404", async () => {
  const { client } = world();
  const error = await raised(client.api(`${profiles}/${missing}`).header("client-request-id", "mine").get());
  assert.equal(error.statusCode, 404);
  assert.equal(error.code, "NotFound");
  assert.ok(error.message.includes(missing), error.message);
  assert.match(error.requestId, guid);
  assert.equal(error.requestId, error.headers.get("request-id"));
  assert.equal(JSON.parse(error.body).innerError["client-request-id"], "mine");
  assert.ok(!Number.isNaN(error.date.getTime()), "a date");
});

test("GraphError: 400 says what is wrong and where", async () => {
  const { client } = world();
  const error = await raised(client.api(profiles).post({ ...draft("x"), displayNam: "x" }));
  assert.equal(error.statusCode, 400);
  assert.equal(error.code, "BadRequest");
  assert.match(error.message, /The property 'displayNam' does not exist on type/);
  assert.equal(JSON.parse(error.body).details[0].target, "/displayNam");
});

test("GraphError: 401 without a token, since the host is no custom host", async () => {
  const error = await raised(connect("secret", { customHosts: new Set(["elsewhere.example"]) }).api(profiles).get());
  assert.equal(error.statusCode, 401);
  assert.equal(error.code, "InvalidAuthenticationToken");
  assert.equal(error.message, "Access token is empty.");
});

test("a JWT of the server leads to its own world", async () => {
  const client = connect(server.token);
  const { id } = await client.api(profiles).post(draft("by JWT"));
  assert.equal((await client.api(`${profiles}/${id}`).get()).displayName, "by JWT");
  assert.equal((await raised(world().client.api(`${profiles}/${id}`).get())).statusCode, 404);
});

test("$count is a number as text", async () => {
  const { client } = world();
  await client.api(profiles).post(draft("one"));
  await client.api(profiles).post(draft("two"));
  assert.equal(await client.api(`${profiles}/$count`).get(), "2");
  assert.equal(await client.api(`${profiles}/$count`).filter("displayName eq 'two'").header("Accept", "text/plain;q=0.9").get(), "1");
});

test("$batch with a dependency and a failing part", async () => {
  const { client } = world();
  const { id } = await client.api(profiles).post(draft("old"));
  const step = (id, method, path, body) => {
    const request = new Request(`${server.https}${path}`, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } }),
    });
    return { id, request };
  };
  const content = new BatchRequestContent([
    step("1", "POST", profiles, draft("new")),
    step("2", "GET", `${profiles}/${missing}`),
    step("3", "GET", `${profiles}/${id}?$select=displayName`),
    step("4", "DELETE", `${profiles}/${id}`),
  ]);
  const answer = new BatchResponseContent(await client.api("/$batch").post(await content.getContent()));
  assert.equal(answer.getResponses().size, 4);
  const status = (id) => answer.getResponseById(id).status;
  assert.equal(status("1"), 202);
  assert.equal((await answer.getResponseById("1").json()).displayName, "new");
  assert.equal(status("2"), 404);
  assert.equal((await answer.getResponseById("2").json()).error.code, "NotFound");
  assert.equal((await answer.getResponseById("3").json()).displayName, "old");
  assert.equal(status("4"), 202);

  const serial = new BatchRequestContent([
    { ...step("a", "GET", `${profiles}/${missing}`) },
    { ...step("b", "GET", profiles), dependsOn: ["a"] },
  ]);
  const second = new BatchResponseContent(await client.api("/$batch").post(await serial.getContent()));
  assert.equal(second.getResponseById("a").status, 404);
  assert.equal(second.getResponseById("b").status, 424);
});

test("without the CA the connection fails", () => {
  const { NODE_EXTRA_CA_CERTS, ...env } = process.env;
  assert.ok(NODE_EXTRA_CA_CERTS, "the other tests have it");
  // The Graph client hides the reason, so fetch tells it.
  const code = `fetch(process.argv[1]).then(() => console.log("trusted"), (error) => console.log(error.cause.code))`;
  const run = (env) => spawnSync(process.execPath, ["-e", code, `${server.https}/beta${profiles}`], { env, encoding: "utf8" }).stdout.trim();
  assert.match(run(env), /^(SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?)$/);
  assert.equal(run(process.env), "trusted");
});
