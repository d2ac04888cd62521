import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { FetchClient } from "@odata2ts/http-client-fetch";
import * as model from "./generated/beta/MicrosoftGraphModel";
import { MicrosoftGraphService } from "./generated/beta/MicrosoftGraphService";
import { MicrosoftGraphService as V1 } from "./generated/v1.0/MicrosoftGraphService";

const server = JSON.parse(readFileSync(process.env.ready!, "utf8"));
const service = new MicrosoftGraphService(
  new FetchClient({ headers: { Authorization: "Bearer world-metadata" } }),
  `${server.http}/beta`,
);
const profiles = () => service.education().synchronizationProfiles();

// status is that of the answer. This client parses the body of whatever is not
// 204, so it throws on the documented 200 without a body, but tells the status.
const status = (call: Promise<{ status: number }>): Promise<number> =>
  call.then((answer) => answer.status, (error: { status: number }) => error.status);

// These do not compile where a type or a property is missing.
const csv: model.educationCsvDataProvider = { customizations: null };
const creation: model.educationIdentityCreationConfiguration = {
  userDomains: [
    { appliesTo: model.educationUserRole.student, name: "contoso.edu" },
    { appliesTo: model.educationUserRole.teacher, name: "contoso.edu" },
  ],
};
const license: model.educationSynchronizationLicenseAssignment = { appliesTo: model.educationUserRole.student, skuIds: [] };
const state: model.educationSynchronizationProfileState = model.educationSynchronizationProfileState.provisioning;

test("v1.0 does not have this API", () => {
  assert.ok(!("synchronizationProfiles" in new V1(new FetchClient(), server.http).education()));
});

test("enumerations have the members of the SDK", () => {
  assert.equal(state, "provisioning");
  assert.deepEqual(Object.keys(model.educationSynchronizationStatus).sort(), [
    "error", "extracting", "inProgress", "paused", "quarantined", "success", "unknownFutureValue", "validating", "validationError",
  ]);
  assert.deepEqual(license.skuIds, []);
});

test("the generated client creates, reads and acts", async () => {
  const made = await profiles().create({
    displayName: "generated",
    dataProvider: Object.assign(csv, { "@odata.type": "#microsoft.graph.educationCsvDataProvider" }),
    identitySynchronizationConfiguration: Object.assign(creation, {
      "@odata.type": "#microsoft.graph.educationIdentityCreationConfiguration",
    }),
  } as model.EditableeducationSynchronizationProfile);
  assert.equal(made.status, 202);
  const { id } = made.data as model.educationSynchronizationProfile;

  // The clock of the server stands still until it is moved.
  const moved = await fetch(`${server.http}/_graphemu/worlds/metadata/clock`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ advance: "2s" }),
  });
  assert.equal(moved.status, 200, await moved.text());

  const one = service.education().synchronizationProfiles(id);
  assert.equal((await one.query()).data.state, "provisioned");
  const list = await profiles().query((builder, q) => builder.select("id", "displayName").filter(q.displayName.eq("generated")).count(true));
  assert.equal(list.data["@odata.count"], 1);
  assert.equal(list.data.value[0].displayName, "generated");
  assert.equal((await one.profileStatus().query()).data.status, model.educationSynchronizationStatus.paused);
  assert.deepEqual((await one.errors().query()).data.value, []);
  assert.equal(await status(one.start()), 400); // nothing was uploaded
  for (const act of [one.reset, one.pause, one.resume]) assert.equal(await status(act.call(one)), 200);
  assert.equal(await status(one.delete()), 202);
  assert.equal(await status(service.education().synchronizationProfiles("nothing").query()), 404);
});
