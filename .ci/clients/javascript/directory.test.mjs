// The directory: programs as they are written against the service, at v1.0. What an
// app's set-up script does, what a nightly job reads, and what errors look like.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";

const graph = createRequire(import.meta.url)("@microsoft/microsoft-graph-client");
const { BatchRequestContent, BatchResponseContent, Client, GraphError, PageIterator } = graph;

const server = JSON.parse(readFileSync(process.env.ready));
const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const missing = "00000000-0000-4000-8000-000000000000";

// Each test has a tenant of its own, by its token.
let worlds = 0;
const connect = () => {
  const token = `world-directory-${++worlds}`;
  return Client.init({
    baseUrl: server.https,
    customHosts: new Set(["127.0.0.1"]),
    authProvider: (done) => done(null, token),
  });
};

const person = (nickname, more) => ({
  accountEnabled: true,
  displayName: `Person ${nickname}`,
  mailNickname: nickname,
  userPrincipalName: `${nickname}@contoso.edu`,
  passwordProfile: { forceChangePasswordNextSignIn: false, password: "xWwvJ]6NMw+bWH-d" },
  ...more,
});

const security = (nickname, more) => ({
  displayName: `Group ${nickname}`,
  mailEnabled: false,
  mailNickname: nickname,
  securityEnabled: true,
  ...more,
});

const raised = async (promise) => {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof GraphError, `a GraphError, not ${error}`);
    return error;
  }
  assert.fail("no error");
};

// What a 201 or a list of v1.0 shows of a user who was not selected.
const shown = [
  "businessPhones", "displayName", "givenName", "id", "jobTitle", "mail", "mobilePhone",
  "officeLocation", "preferredLanguage", "surname", "userPrincipalName",
];
const properties = (object) => Object.keys(object).filter((k) => !k.startsWith("@")).sort();

test("a user's life", async () => {
  const client = connect();
  const made = await client.api("/users").post(person("ada", { jobTitle: "Engineer", department: "Research" }));
  assert.match(made.id, guid);
  assert.deepEqual(properties(made), shown);
  assert.equal(made["@odata.context"], `${server.https}/v1.0/$metadata#users/$entity`);

  assert.deepEqual(await client.api(`/users/${made.id}`).get(), made);
  assert.equal((await client.api("/users/ada@contoso.edu").get()).id, made.id);
  const selected = await client.api(`/users/${made.id}`).select("id,accountEnabled,department,userType,passwordProfile").get();
  assert.deepEqual(properties(selected), ["accountEnabled", "department", "id", "passwordProfile", "userType"]);
  assert.equal(selected.department, "Research");
  assert.equal(selected.userType, "Member");
  assert.equal(selected.passwordProfile.password, null, "it is only written");

  const raw = await client.api(`/users/${made.id}`).responseType("raw").patch({ jobTitle: "Director", accountEnabled: false });
  assert.equal(raw.status, 204);
  assert.equal(await client.api(`/users/${made.id}`).update({ mobilePhone: "+1 425 555 0100" }), undefined, "no body");
  const changed = await client.api(`/users/${made.id}`).select(["jobTitle", "mobilePhone", "accountEnabled"]).get();
  assert.deepEqual([changed.jobTitle, changed.mobilePhone, changed.accountEnabled], ["Director", "+1 425 555 0100", false]);

  assert.equal(await client.api(`/users/${made.id}`).delete(), undefined);
  assert.equal((await raised(client.api(`/users/${made.id}`).get())).statusCode, 404);
  const { value: deleted } = await client.api("/directory/deletedItems/microsoft.graph.user").get();
  assert.deepEqual(deleted.map((u) => u.id), [made.id]);
  const restored = await client.api(`/directory/deletedItems/${made.id}/restore`).post({});
  assert.equal(restored.id, made.id);
  assert.equal((await client.api(`/users/${made.id}`).get()).displayName, "Person ada");
});

test("list: select, filter, top, orderby", async () => {
  const client = connect();
  for (const [name, department] of [["alba", "Maths"], ["bert", "Arts"], ["anna", "Maths"]]) {
    await client.api("/users").post(person(name, { department }));
  }
  const list = async (request) => (await request.get()).value.map((u) => u.userPrincipalName.split("@")[0]);
  assert.deepEqual(await list(client.api("/users").filter("startswith(displayName,'Person a')").select("userPrincipalName")), ["alba", "anna"]);
  assert.deepEqual(await list(client.api("/users").filter("department eq 'Arts'")), ["bert"]);
  assert.deepEqual(await list(client.api("/users").filter("displayName eq 'Person anna' or mailNickname eq 'bert'")), ["bert", "anna"]);
  assert.deepEqual(await list(client.api("/users").orderby("displayName desc").top(2)), ["bert", "anna"]);
  const one = await client.api("/users").select(["id", "displayName"]).top(1).get();
  assert.deepEqual(properties(one.value[0]), ["displayName", "id"]);
  assert.equal(one["@odata.context"], `${server.https}/v1.0/$metadata#users(id,displayName)`);
});

test("advanced queries: count, search, ends with", async () => {
  const client = connect();
  const eventual = (path) => client.api(path).header("ConsistencyLevel", "eventual");
  const before = Number(await eventual("/users/$count").get()); // every tenant has an administrator
  for (const name of ["alba", "bert", "anna"]) await client.api("/users").post(person(name));

  assert.equal(await eventual("/users/$count").get(), `${before + 3}`);
  const found = await eventual("/users").search('"displayName:anna"').select("id,displayName").count(true).get();
  assert.equal(found["@odata.count"], 1);
  assert.equal(found.value[0].displayName, "Person anna");
  const ends = await eventual("/users").filter("endswith(userPrincipalName,'a@contoso.edu')").count(true).top(1).get();
  assert.equal(ends["@odata.count"], 2);
  assert.equal(ends.value.length, 1);
  const others = await eventual("/users").filter("displayName ne 'Person bert'").count(true).get();
  assert.equal(others.value.length, before + 2);

  let error = await raised(client.api("/users").search('"displayName:anna"').get());
  assert.equal(error.statusCode, 400);
  assert.equal(error.code, "Request_UnsupportedQuery");
  assert.match(error.message, /special request header: 'ConsistencyLevel: eventual'$/);
  error = await raised(client.api("/users").filter("endswith(mail,'contoso.edu')").get());
  assert.equal(error.code, "Request_UnsupportedQuery");
  assert.match(error.message, /^Operator 'endsWith' is not supported because the required parameters might be missing/);
  error = await raised(client.api("/users/$count").get());
  assert.equal(error.code, "Request_BadRequest");
  error = await raised(client.api("/users").skip(1).get());
  assert.equal(error.message, "'$skip' is not supported by the service.");
  const plain = await client.api("/users").count(true).get();
  assert.ok(!("@odata.count" in plain), "a count is not asked for without the header");
});

test("PageIterator over users", async () => {
  const client = connect();
  const names = Array.from({ length: 11 }, (_, i) => `page${String(i).padStart(2, "0")}`);
  for (const name of names) await client.api("/users").post(person(name));
  const first = await client
    .api("/users")
    .header("ConsistencyLevel", "eventual")
    .filter("startswith(displayName,'Person page')")
    .count(true)
    .top(4)
    .select("userPrincipalName")
    .get();
  assert.equal(first["@odata.count"], 11);
  assert.match(first["@odata.nextLink"], /\$skiptoken=/);
  const seen = [];
  const headers = { headers: { ConsistencyLevel: "eventual" } };
  const pages = new PageIterator(client, first, (u) => seen.push(u.userPrincipalName) !== 6, headers);
  await pages.iterate();
  assert.equal(seen.length, 6);
  await pages.resume();
  assert.deepEqual(seen, names.map((n) => `${n}@contoso.edu`));
  assert.ok(pages.isComplete());
});

test("a group with members", async () => {
  const client = connect();
  const [a, b, c] = await Promise.all(["a", "b", "c"].map((n) => client.api("/users").post(person(n))));
  const reference = (id) => `https://graph.microsoft.com/v1.0/directoryObjects/${id}`;
  const group = await client.api("/groups").post(
    security("team", {
      description: "A team",
      "owners@odata.bind": [`https://graph.microsoft.com/v1.0/users/${a.id}`],
      "members@odata.bind": [`https://graph.microsoft.com/v1.0/users/${a.id}`, reference(b.id)],
    }),
  );
  const members = async () => (await client.api(`/groups/${group.id}/members`).select("id,displayName").get()).value;
  assert.deepEqual((await members()).map((m) => m.id).sort(), [a.id, b.id].sort());
  assert.equal((await members())[0]["@odata.type"], "#microsoft.graph.user");
  assert.deepEqual((await client.api(`/groups/${group.id}/owners`).get()).value.map((o) => o.id), [a.id]);

  assert.equal(await client.api(`/groups/${group.id}/members/$ref`).post({ "@odata.id": reference(c.id) }), undefined);
  let error = await raised(client.api(`/groups/${group.id}/members/$ref`).post({ "@odata.id": reference(c.id) }));
  assert.equal(error.statusCode, 400);
  assert.equal(error.message, "One or more added object references already exist for the following modified properties: 'members'.");
  error = await raised(client.api(`/groups/${group.id}/members/$ref`).post({ "@odata.id": reference(missing) }));
  assert.equal(error.statusCode, 404);
  assert.equal(error.code, "Request_ResourceNotFound");
  assert.ok(error.message.includes(missing), error.message);

  await client.api(`/groups/${group.id}/members/${b.id}/$ref`).delete();
  assert.deepEqual((await members()).map((m) => m.id).sort(), [a.id, c.id].sort());
  assert.equal((await raised(client.api(`/groups/${group.id}/members/${b.id}/$ref`).delete())).statusCode, 404);
  await client.api(`/groups/${group.id}`).patch({ "members@odata.bind": [reference(b.id)] });
  assert.equal((await members()).length, 3);

  const outer = await client.api("/groups").post(security("outer", { "members@odata.bind": [reference(group.id)] }));
  const all = await client.api(`/groups/${outer.id}/transitiveMembers/microsoft.graph.user`).header("ConsistencyLevel", "eventual").count(true).get();
  assert.equal(all["@odata.count"], 3);
  const of = await client.api(`/users/${c.id}/memberOf`).get();
  assert.deepEqual(of.value.map((g) => [g["@odata.type"], g.displayName]), [["#microsoft.graph.group", "Group team"]]);
  const checked = await client.api(`/users/${c.id}/checkMemberGroups`).post({ groupIds: [outer.id, missing] });
  assert.deepEqual(checked.value, [outer.id]);
  const expanded = await client.api(`/groups/${group.id}`).expand("members($select=id,displayName)").get();
  assert.equal(expanded.members.length, 3);

  await client.api(`/groups/${group.id}`).delete();
  assert.equal((await raised(client.api(`/groups/${group.id}`).get())).code, "Request_ResourceNotFound");
});

test("a Microsoft 365 group, found by its kind", async () => {
  const client = connect();
  await client.api("/groups").post(security("plain"));
  const made = await client.api("/groups").post(security("unified", { groupTypes: ["Unified"], mailEnabled: true, securityEnabled: false }));
  assert.equal(made.visibility, "Public");
  assert.equal(made.mail, "unified@contoso.edu".replace("contoso.edu", made.mail.split("@")[1]));
  const { value } = await client.api("/groups").filter("groupTypes/any(c:c eq 'Unified')").select("id").get();
  assert.deepEqual(value.map((g) => g.id), [made.id]);
});

test("manager and direct reports", async () => {
  const client = connect();
  const boss = await client.api("/users").post(person("boss"));
  const worker = await client.api("/users").post(person("worker"));
  const error = await raised(client.api(`/users/${worker.id}/manager`).get());
  assert.equal(error.statusCode, 404);
  assert.equal(error.code, "Request_ResourceNotFound");
  await client.api(`/users/${worker.id}/manager/$ref`).put({ "@odata.id": `https://graph.microsoft.com/v1.0/users/${boss.id}` });
  assert.equal((await client.api(`/users/${worker.id}/manager`).get()).id, boss.id);
  assert.deepEqual((await client.api(`/users/${boss.id}/directReports`).get()).value.map((u) => u.id), [worker.id]);
  const expanded = await client.api(`/users/${worker.id}`).expand("manager($select=id,displayName)").select("id").get();
  assert.equal(expanded.manager.displayName, "Person boss");
  await client.api(`/users/${worker.id}/manager/$ref`).delete();
  assert.equal((await raised(client.api(`/users/${worker.id}/manager`).get())).statusCode, 404);
});

// The client leaves out the host of a part's URL, and the version is the batch's own:
// a part with one in its path is refused, as by the service.
test("a batch with creates, and one that uses another", async () => {
  const client = connect();
  const step = (id, method, path, body, dependsOn) => ({
    id,
    ...(dependsOn && { dependsOn }),
    request: new Request(`https://graph.microsoft.com${path}`, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } }),
    }),
  });
  const send = async (...steps) =>
    new BatchResponseContent(await client.api("/$batch").post(await new BatchRequestContent(steps).getContent()));

  const wrong = await send(step("1", "GET", "/v1.0/users"));
  assert.equal((await wrong.getResponseById("1").json()).error.message, "Resource not found for the segment 'v1.0'.");

  const made = await send(...Array.from({ length: 20 }, (_, i) => step(`${i + 1}`, "POST", "/users", person(`batch${i}`))));
  assert.equal(made.getResponses().size, 20);
  const ids = [];
  for (const [, response] of made.getResponses()) {
    const body = await response.json();
    assert.equal(response.status, 201, JSON.stringify(body));
    ids.push(body.id);
  }
  assert.equal(new Set(ids).size, 20);

  const mixed = await send(
    step("1", "POST", "/groups", security("batched")),
    step("2", "PATCH", `/users/${ids[0]}`, { jobTitle: "Batched" }, ["1"]),
    step("3", "POST", "/users", person("batch1"), ["2"]),
    step("4", "GET", `/users/${ids[0]}?$select=jobTitle`, undefined, ["3"]),
  );
  const status = (id) => mixed.getResponseById(id).status;
  assert.deepEqual([status("1"), status("2"), status("3"), status("4")], [201, 204, 400, 424]);
  const { error } = await mixed.getResponseById("3").json();
  assert.equal(error.code, "Request_BadRequest");
  assert.equal(error.message, "Another object with the same value for property userPrincipalName already exists.");
  assert.equal((await client.api(`/users/${ids[0]}`).select("jobTitle").get()).jobTitle, "Batched");
});

test("GraphError: what a program decides by", async () => {
  const client = connect();
  const { id } = await client.api("/users").post(person("taken"));
  const { passwordProfile, ...without } = person("without");
  const none = (id) => `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`;
  for (const [name, call, statusCode, code, message] of [
    ["an unknown user", () => client.api(`/users/${missing}`).get(), 404, "Request_ResourceNotFound", none(missing)],
    ["an unknown name", () => client.api("/users/nobody@contoso.edu").get(), 404, "Request_ResourceNotFound", none("nobody@contoso.edu")],
    ["a name that is taken", () => client.api("/users").post(person("taken")), 400, "Request_BadRequest", /^Another object with the same value for property userPrincipalName already exists\.$/],
    ["no password", () => client.api("/users").post(without), 400, "Request_BadRequest", /passwordProfile|password/],
    ["a domain of others", () => client.api("/users").post(person("x", { userPrincipalName: "x@elsewhere.example" })), 400, "Request_BadRequest", /userPrincipalName|invalid values/],
    ["a group without mailEnabled", () => client.api("/groups").post({ displayName: "x", mailNickname: "x", securityEnabled: true }), 400, "Request_BadRequest", "A value is required for property 'mailEnabled' of resource 'Group'."],
    ["an unknown property", () => client.api(`/users/${id}`).patch({ jobTitel: "x" }), 400, "Request_BadRequest", /jobTitel/],
    ["an unknown filter", () => client.api("/users").filter("jobTitel eq 'x'").get(), 400, "BadRequest", "Invalid filter clause: Could not find a property named 'jobTitel' on type 'microsoft.graph.user'."],
    ["a page too large", () => client.api("/users").top(1000).get(), 400, "Request_UnsupportedQuery", "Invalid page size specified: '1000'. Must be between 1 and 999 inclusive."],
  ]) {
    const error = await raised(call());
    assert.equal(error.statusCode, statusCode, name);
    assert.equal(error.code, code, name);
    if (message instanceof RegExp) assert.match(error.message, message, name);
    else assert.equal(error.message, message, name);
    assert.match(error.requestId, guid, name);
  }
});
