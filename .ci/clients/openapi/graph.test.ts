import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import createClient from "openapi-fetch";
import type { components, paths as Beta } from "./beta.js";
import type { paths as V1 } from "./v1.0.js";

const server = JSON.parse(readFileSync(process.env.ready!, "utf8"));
const headers = { Authorization: "Bearer world-openapi-graph" };
const v1 = createClient<V1>({ baseUrl: `${server.http}/v1.0`, headers });
const beta = createClient<Beta>({ baseUrl: `${server.http}/beta`, headers });

// These do not compile where a type or a property is missing, or a name is wrong.
const profile: components["schemas"]["educationSynchronizationProfile"] = {
  displayName: "Generated",
  dataProvider: { "@odata.type": "#microsoft.graph.educationCsvDataProvider" },
  identitySynchronizationConfiguration: {
    "@odata.type": "#microsoft.graph.educationIdentityCreationConfiguration",
    userDomains: [{ appliesTo: "student", name: "contoso.edu" }],
  },
};
// @ts-expect-error v1.0 never had the API
type Absent = V1["/education/synchronizationProfiles"];

test("a client of v1.0 that was generated writes, reads and links", async () => {
  const { data: user, response } = await v1.POST("/users", {
    body: {
      accountEnabled: true,
      displayName: "Ann",
      mailNickname: "ann.generated",
      userPrincipalName: "ann.generated@contoso.edu",
      passwordProfile: { password: "Correct-horse-7" },
    },
  });
  assert.equal(response.status, 201);
  const { data: group } = await v1.POST("/groups", {
    body: { displayName: "Staff", mailEnabled: false, mailNickname: "staff.generated", securityEnabled: true },
  });
  const linked = await v1.POST("/groups/{group-id}/members/$ref", {
    params: { path: { "group-id": group!.id! } },
    body: { "@odata.id": `${server.http}/v1.0/directoryObjects/${user!.id}` },
  });
  assert.equal(linked.response.status, 204);
  const { data: members } = await v1.GET("/groups/{group-id}/members/microsoft.graph.user", {
    params: { path: { "group-id": group!.id! }, query: { $select: "displayName", $top: 5 } },
  });
  assert.deepEqual(members!.value.map((u) => u.displayName), ["Ann"]);
  const changed = await v1.PATCH("/users/{user-id}", { params: { path: { "user-id": user!.id! } }, body: { jobTitle: "Head" } });
  assert.equal(changed.response.status, 204);
  const { data: again } = await v1.GET("/users/{user-id}", {
    params: { path: { "user-id": "ann.generated@contoso.edu" }, query: { $select: "jobTitle" } },
  });
  assert.equal(again!.jobTitle, "Head");
  const { error } = await v1.GET("/users/{user-id}", { params: { path: { "user-id": "nobody" } } });
  assert.equal(error!.error.code, "Request_ResourceNotFound");
});

test("a client of beta that was generated runs a profile", async () => {
  const { data, response } = await beta.POST("/education/synchronizationProfiles", { body: profile });
  assert.equal(response.status, 202);
  const path = { "educationSynchronizationProfile-id": data!.id! };
  const { data: one } = await beta.GET("/education/synchronizationProfiles/{educationSynchronizationProfile-id}", { params: { path } });
  assert.equal(one!.displayName, "Generated");
  const { data: list } = await beta.GET("/education/synchronizationProfiles", { params: { query: { $count: true } } });
  assert.equal(list!["@odata.count"], 1);
  const started = await beta.POST("/education/synchronizationProfiles/{educationSynchronizationProfile-id}/start", { params: { path } });
  assert.equal(started.response.status, 400); // it is not provisioned, since the clock stands still
});
