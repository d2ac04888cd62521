import assert from "node:assert/strict";
import { test } from "node:test";
import { BlobServiceClient } from "@azure/storage-blob";
import { container, opened, put, refused, roster, world } from "./world.mjs";

const text = Buffer.from("SIS ID,Name\n201,Harbour High School\n");
const id = (text) => Buffer.from(text).toString("base64");

test("start tells what is missing, and goes on once it is there", async () => {
  const { w, id, c } = await opened();
  const { "Teacher.csv": _, ...others } = roster;
  await put(c, others);
  const refusal = await w.start(id);
  assert.equal(refusal.status, 400);
  const { value } = await refusal.json();
  assert.ok(value.some((m) => m.type === "Error" && m.fileName === "teacher.csv"), JSON.stringify(value));
  await put(c, roster);
  assert.equal((await w.start(id)).status, 200);
});

test("a URL is good for an hour", async () => {
  const { w, id: profile, c } = await opened();
  const b = c.getBlockBlobClient("school.csv");
  await w.advance("59m");
  await b.uploadData(text);
  await w.advance("1m");
  const error = await refused(b.uploadData(text), 403, "AuthenticationFailed");
  assert.match(error.details.authenticationErrorDetail, /^Signed expiry time .* must be after signed start time/);
  assert.ok(error.message.includes(error.details["x-ms-request-id"]), error.message);
  await container(await w.uploadURL(profile)).getBlockBlobClient("school.csv").uploadData(text);
});

test("the scenario upload-expires: who asks for another URL gets through, and is judged well", async () => {
  const w = world();
  await w.useScenario("upload-expires");
  const profile = await w.provisioned();
  let c = container(await w.uploadURL(profile));
  let refusals = 0;
  for (const [name, text] of Object.entries(roster)) {
    const upload = () => c.getBlockBlobClient(name).upload(text, text.length);
    try {
      await upload();
    } catch (error) {
      assert.equal(error.code, "AuthenticationFailed");
      refusals++;
      c = container(await w.uploadURL(profile));
      await upload();
    }
  }
  assert.equal(refusals, 1);
  assert.equal((await w.start(profile)).status, 200);
  const verdict = await w.verify();
  assert.ok(verdict.ok, JSON.stringify(verdict));
});

test("a URL is good as it was signed", async () => {
  const { w, id: profile, c } = await opened();
  const other = await w.provisioned();
  const put = (url) => container(url).getBlockBlobClient("school.csv").uploadData(text);
  for (const [from, to] of [[profile, other], ["sp=w", "sp=rwl"], ["se=2", "se=3"], ["sig=", "sig=A"]]) {
    assert.ok(c.url.includes(from), from);
    await refused(put(c.url.replace(from, to)), 403, "AuthenticationFailed");
  }
  await refused(put(c.url.split("?")[0]), 401, "NoAuthenticationInformation");
  const [base, query] = c.url.split("?");
  await put(`${base}?${query.split("&").reverse().join("&")}`); // another order of its parameters
});

test("the URL only writes", async () => {
  const { c } = await opened();
  const b = c.getBlockBlobClient("school.csv");
  await b.uploadData(text);
  const mismatch = {
    download: () => b.download(),
    "list blobs": () => c.listBlobsFlat().next(),
    delete: () => b.delete(),
    properties: () => b.getProperties(),
    exists: () => b.exists(),
    "block list": () => b.getBlockList("all"),
  };
  for (const [name, call] of Object.entries(mismatch)) await refused(call(), 403, "AuthorizationPermissionMismatch", name);
  for (const call of [() => c.create(), () => c.createIfNotExists(), () => c.getProperties(), () => c.exists(), () => c.delete()])
    await refused(call(), 403, "AuthorizationFailure");
});

test("the account is not the container's", async () => {
  const { w, id: profile, c } = await opened();
  const account = new BlobServiceClient(c.url.replace(`/${profile}`, ""), undefined, { retryOptions: { maxTries: 1 } });
  const calls = {
    "list containers": () => account.listContainers().next(),
    properties: () => account.getProperties(),
    information: () => account.getAccountInfo(),
    statistics: () => account.getStatistics(),
    "find blobs": () => account.findBlobsByTags("a='b'").next(),
  };
  for (const [name, call] of Object.entries(calls)) {
    const error = await refused(call(), 403, "AuthenticationFailed", name);
    assert.match(error.details.authenticationErrorDetail, /not allowed for the this resource level$/);
  }
  assert.deepEqual(await w.calls("upload.listContainers"), ["upload.listContainers 403"], "in the world that gave the URL");
});

test("what a blob has besides", async () => {
  const { c } = await opened();
  const b = c.getBlockBlobClient("school.csv");
  await b.uploadData(text);
  await refused(b.query("select * from BlobStorage"), 403, "AuthorizationPermissionMismatch");
  await refused(b.setLegalHold(true), 403, "AuthorizationPermissionMismatch");
  await refused(b.undelete(), 501, "NotImplemented");
  await refused(b.setAccessTier("Cool"), 501, "NotImplemented");
});

test("conditions", async () => {
  const { c } = await opened();
  const b = c.getBlockBlobClient("school.csv");
  const anew = { conditions: { ifNoneMatch: "*" } };
  const first = await b.uploadData(text, anew);
  await refused(b.uploadData(text, anew), 409, "BlobAlreadyExists");
  await refused(b.uploadData(text, { ...anew, blockSize: 10, maxSingleShotSize: 1 }), 409, "BlobAlreadyExists");
  const over = { conditions: { ifMatch: first.etag } };
  await b.uploadData(text, over);
  await refused(b.uploadData(text, over), 412, "ConditionNotMet");
});

test("sums and blocks that are wrong", async () => {
  const { w, id: profile, c } = await opened();
  const b = c.getBlockBlobClient("school.csv");
  const sum = new Uint8Array(16);
  await refused(b.upload(text, text.length, { blobHTTPHeaders: { blobContentMD5: sum } }), 400, "Md5Mismatch");
  await refused(b.stageBlock(id("a1"), text, text.length, { transactionalContentMD5: sum }), 400, "Md5Mismatch");
  await refused(b.stageBlock(id("a1"), text, text.length, { transactionalContentCrc64: new Uint8Array(8) }), 400, "Crc64Mismatch");
  await refused(b.commitBlockList([id("a1")]), 400, "InvalidBlockList");
  await b.stageBlock(id("a1"), text, text.length);
  await refused(b.stageBlock(id("longer"), text, text.length), 400, "InvalidBlobOrBlock");
  await refused(c.getAppendBlobClient("school.csv").create(), 409, "InvalidBlobType");
  await refused(c.getPageBlobClient("school.csv").create(512), 409, "InvalidBlobType");
  const { value } = await (await w.start(profile)).json();
  assert.ok(value.some((m) => m.fileName === "school.csv" && m.type === "Error"), "nothing was stored");
});

test("names", async () => {
  const { c } = await opened();
  for (const name of ["folder/school.csv", "a school & more?.csv", "学校.csv", "x".repeat(1024)]) await c.getBlockBlobClient(name).uploadData(text);
  await refused(c.getBlockBlobClient("x".repeat(1025)).uploadData(text), 400, "OutOfRangeInput");
});
