import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { Readable } from "node:stream";
import { test } from "node:test";
import { container, opened, put, roster, server, world } from "./world.mjs";

for (const [way, origin] of Object.entries({ http: server.http, https: server.https }))
  test(`the whole flow, uploads over ${way}`, async () => {
    const { w, id, c } = await opened(origin);
    assert.ok(c.url.startsWith(`${origin}/sdsstorage/${id}?`), c.url);
    await put(c, roster);
    const started = await w.start(id);
    assert.equal(started.status, 200);
    const { value: messages } = await started.json();
    assert.ok(messages.length > 0 && messages.every((m) => m.type === "Warning"), JSON.stringify(messages));
    assert.equal(await w.status(id), "extracting");
    await w.advance("1m");
    assert.equal(await w.status(id), "success");

    const { value: users } = await w.client.api("/education/users").orderby("userPrincipalName").get();
    assert.deepEqual(
      users.map((u) => `${u.userPrincipalName} ${u.primaryRole} ${u.displayName}`),
      [
        "aoneil@contoso.edu student Åse O'Neil",
        "bek@contoso.edu student Bo Ek",
        "canagonye@contoso.edu student Chidi Anagonye",
        "dlevi@contoso.edu student דנה לוי",
        "esahin@contoso.edu student Elif Şahin",
        "tstone@contoso.edu teacher Tess Stone",
        "uvogel@contoso.edu teacher Uwe Vogel",
      ],
    );
    const { value: classes } = await w.client.api("/education/classes").orderby("externalId").get();
    assert.deepEqual(classes.map((c) => c.displayName), ["Algebra, first half", "Norwegian 9", "Drawing"]);
    const { value: teachers } = await w.client.api(`/education/classes/${classes[2].id}/teachers`).get();
    assert.deepEqual(teachers.map((t) => t.displayName), ["Uwe Vogel"]);
    assert.equal(await w.client.api("/education/schools/$count").get(), "2");
  });

// Each way that the client has to write a blob, and the calls that it makes of it.
const students = Buffer.from(
  "SIS ID,School SIS ID,Username,First Name,Last Name,Password\n" +
    Array.from({ length: 5000 }, (_, n) => `${n + 1},201,user${n},Åse,Ødegård,plaintext\n`).join(""),
);
const size = 50_000;
const blocks = Array(Math.ceil(students.length / size)).fill("upload.putBlock 201").concat("upload.putBlockList 201");
const ways = {
  "uploadData in blocks, several at a time": [(b) => b.uploadData(students, { blockSize: size, maxSingleShotSize: size, concurrency: 4 }), blocks],
  "uploadData whole": [(b) => b.uploadData(students), ["upload.putBlob 201"]],
  "uploadData of an ArrayBuffer with headers": [
    (b) => b.uploadData(new Uint8Array(students).buffer, { blobHTTPHeaders: { blobContentType: "text/csv" }, metadata: { district: "north" }, tier: "Hot" }),
    ["upload.putBlob 201"],
  ],
  upload: [(b) => b.upload(students, students.length), ["upload.putBlob 201"]],
  uploadStream: [(b) => b.uploadStream(Readable.from(students), size, 4), blocks],
  "stageBlock and commitBlockList": [
    async (b) => {
      const ids = [];
      for (let at = 0; at < students.length; at += size) {
        ids.push(Buffer.from(String(at).padStart(10, "0")).toString("base64"));
        const part = students.subarray(at, at + size);
        await b.stageBlock(ids.at(-1), part, part.length);
      }
      return b.commitBlockList(ids);
    },
    blocks,
  ],
};
for (const [name, [upload, calls]] of Object.entries(ways))
  test(name, async () => {
    const { w, id, c } = await opened();
    const answer = await upload(c.getBlockBlobClient("student.csv"));
    assert.match(answer.etag, /^"0x[0-9A-F]+"$/);
    assert.ok(answer.lastModified instanceof Date && answer.requestId && answer.version, JSON.stringify(answer));
    assert.deepEqual(await w.calls(), calls);

    const { "Student.csv": _, ...others } = roster;
    await put(c, { ...others, "StudentEnrollment.csv": Buffer.from("Section SIS ID,SIS ID\n301,1\n302,5000\n") });
    assert.equal((await w.start(id)).status, 200);
    await w.advance("1m");
    assert.equal(await w.status(id), "success");
    assert.equal(await w.client.api("/education/users/$count").filter("primaryRole eq 'student'").get(), "5000");
    const { value } = await w.client.api("/education/users").filter("userPrincipalName eq 'user4999@contoso.edu'").get();
    assert.deepEqual(value.map((u) => u.displayName), ["Åse Ødegård"]);
  });

test("the client's repetitions meet a busy server", async () => {
  const w = world();
  const id = await w.provisioned();
  await w.fault({ name: "busy", operation: "upload.putBlob", calls: "first 2", respond: { status: 503 } });
  const c = container(await w.uploadURL(id), { maxTries: 3, retryDelayInMs: 1, maxRetryDelayInMs: 1 });
  await c.getBlockBlobClient("school.csv").uploadData(Buffer.from("SIS ID,Name\n"));
  assert.deepEqual(await w.calls(), ["upload.putBlob 503", "upload.putBlob 503", "upload.putBlob 201"]);
});

test("a connection that breaks is repeated, and the file is whole", async () => {
  const w = world();
  const id = await w.provisioned();
  await w.fault({ name: "reset", operation: "upload.putBlock", calls: 2, then: "reset" });
  const c = container(await w.uploadURL(id, server.http), { maxTries: 3, retryDelayInMs: 1, maxRetryDelayInMs: 1 });
  await put(c, roster);
  await c.getBlockBlobClient("Student.csv").uploadData(roster["Student.csv"], { blockSize: 100, maxSingleShotSize: 1, concurrency: 1 });
  const parts = Math.ceil(roster["Student.csv"].length / 100);
  assert.equal((await w.calls("upload.putBlock")).length, parts + 1);
  assert.equal((await w.start(id)).status, 200);
});

// Seen in @azure/storage-common 12: its retry policy never looks at Retry-After, and
// repeats at once the first time. The journal tells.
test("the client does not wait as it is told, and is found", async () => {
  const w = world();
  const id = await w.provisioned();
  await w.fault({ name: "busy", operation: "upload.putBlob", calls: "first 1", respond: { status: 503, retryAfter: "20s" } });
  const c = container(await w.uploadURL(id), { maxTries: 2, retryDelayInMs: 1, maxRetryDelayInMs: 1 });
  await c.getBlockBlobClient("school.csv").uploadData(Buffer.from("SIS ID,Name\n"));
  const { warnings } = await w.verify();
  assert.ok(JSON.stringify(warnings).includes("before a Retry-After was over"), JSON.stringify(warnings));
});

test("without the CA the connection fails", async () => {
  const { w, id } = await opened();
  const { NODE_EXTRA_CA_CERTS, ...env } = process.env;
  assert.ok(NODE_EXTRA_CA_CERTS, "the other tests have it");
  const code = `
    import { ContainerClient } from "@azure/storage-blob";
    const c = new ContainerClient(process.argv[1], undefined, { retryOptions: { maxTries: 1 } });
    await c.getBlockBlobClient("school.csv").uploadData(Buffer.from("x")).then(() => console.log("trusted"), (e) => console.log(e.code));`;
  const url = await w.uploadURL(id);
  const run = (env) => spawnSync(process.execPath, ["--input-type=module", "-e", code, url], { env, encoding: "utf8" }).stdout.trim();
  assert.match(run(env), /^(SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?)$/);
  assert.equal(run(process.env), "trusted");
});
