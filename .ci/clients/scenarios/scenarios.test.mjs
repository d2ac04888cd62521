import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { describe, test } from "node:test";
import { graphemu, junit } from "./command.mjs";

// What a client of the timeline without incidents sees, if it looks often enough.
const provision = ["created provisioning", "provisioning", "provisioned"];
const synced = ["extracting", "validating", "inProgress", "success"];
const removed = ["delete", "deleting", "gone"];
const plain = [...provision, ...synced, ...removed];
const began = "start: 0 messages";
const noFiles = [...provision, "start refused: 400 without a code", ...removed];

// Each journey is through the scenario of its name, at x60: way is all that can
// be seen, in order, and what of it is missed hangs on the machine; stops are
// what cannot be missed. retries are those of the client's own RetryHandler.
const journeys = [
  { name: "default", way: plain },
  { name: "default", csv: true, way: noFiles },
  { name: "instant", way: ["created provisioning", "provisioned", "success", "delete", "gone"], stops: ["created provisioning", "provisioned", "success", "delete", "gone"] },
  { name: "manual", clock: null, way: plain, stops: plain }, // the scenario's own: it stands still
  { name: "realtime", clock: "x3600", way: plain },
  { name: "throttled", clock: "real", way: plain, retries: 4 },
  { name: "throttled", csv: true, way: noFiles, retries: 4 },
  { name: "flaky-gateway", way: plain, retries: "some" },
  { name: "outage", way: plain, retries: 3 },
  { name: "provisioning-fails", way: ["created provisioning", "provisioning", "provisioningFailed", ...removed], stops: ["provisioningFailed", "gone"] },
  { name: "deletion-fails", way: [...provision, ...synced, "delete", "deleting", "deletionFailed", ...removed], stops: ["success", "deletionFailed", "gone"] },
  {
    name: "validation-errors",
    csv: true,
    way: [...provision, began, "extracting", "validating", "validationError with 3 errors", "read 3 errors, 3 at first", "resume", "inProgress with 3 errors", "success with 3 errors", ...removed],
    stops: [began, "validationError with 3 errors", "read 3 errors, 3 at first", "resume", "success with 3 errors", "gone"],
  },
  {
    name: "quarantined",
    csv: true,
    way: [...provision, began, "extracting", "validating", "inProgress", "quarantined with 40 errors", "read 40 errors, 40 at first", "reset", "extracting", "inProgress", "success", ...removed],
    stops: [began, "quarantined with 40 errors", "read 40 errors, 40 at first", "reset", "success", "gone"],
  },
  {
    name: "sync-errors",
    csv: true,
    way: [...provision, began, "extracting", "validating", "inProgress with 150 errors", "error with 350 errors", "read 350 errors, 100 at first", ...removed],
    stops: [began, "error with 350 errors", "read 350 errors, 100 at first", "gone"],
  },
  {
    name: "retired",
    way: ["create refused: 400 BadRequest: Resource not found for the segment 'synchronizationProfiles'."],
    stops: ["create refused: 400 BadRequest: Resource not found for the segment 'synchronizationProfiles'."],
  },
];

const exec = (flags, ...command) => graphemu(["exec", ...flags, "--", process.execPath, ...command]);

// They wait most of the time, so several at once do no harm.
describe("a good client is found to be one", { concurrency: 4 }, () => {
  for (const { name, csv, clock = "x60", way, stops, retries = 0 } of journeys) {
    const title = csv ? `${name}, CSV` : name;
    test(title, async () => {
      const file = `${title.replace(", ", "-")}.xml`;
      const flags = ["--scenario", name, "--verify", "strict", "--junit", file, ...(clock ? ["--clock", clock] : [])];
      const ran = await exec(flags, "journey.mjs", csv ? "csv" : "");
      assert.equal(ran.code, 0, ran.all);
      const saw = JSON.parse(ran.out);
      let from = 0;
      for (const what of saw.seen) {
        const at = way.indexOf(what, from);
        assert.ok(at >= 0, `${what} is out of place in ${saw.seen}`);
        from = at + 1;
      }
      const missed = (stops ?? [way[0], "provisioned", way.includes("success") ? "success" : way[3], "gone"]).filter((stop) => !saw.seen.includes(stop));
      assert.deepEqual(missed, [], `${saw.seen}`);
      if (retries === "some") assert.ok(saw.retries + saw.again > 0, ran.out);
      else assert.deepEqual([saw.retries, saw.again], [retries, 0], ran.all);
      assert.match(ran.err, /^verified: .*, no warnings$/m);
      assert.deepEqual(junit(file).failures, []);
    });
  }
});

test("every built-in scenario has a journey", async () => {
  const { out } = await graphemu(["scenario", "list"]);
  const names = out.trim().split("\n").map((line) => line.split(" ")[0]);
  const elsewhere = ["upload-expires", "token-expires", "small-pages"]; // azure-js, azidentity-go, go-sdk: they take clients that can
  assert.deepEqual([...new Set([...journeys.map(({ name }) => name), ...elsewhere])].sort(), names.sort());
});

test("a client that does not wait is found: 123, and which calls were early", async () => {
  const ran = await exec(["--scenario", "throttled", "--clock", "x60", "--junit", "naive.xml"], "naive.mjs");
  assert.equal(ran.code, 123, ran.all);
  assert.match(ran.err, /^NOT verified: /m);
  assert.match(ran.err, /6 calls were early: entry 2 came .+ before the answer of entry 1 allowed it/);
  assert.equal(ran.out, "");
  const { failures } = junit("naive.xml");
  assert.equal(failures.length, 1);
  assert.match(failures[0], /early/);
});

test("the same client passes where nothing asks it to wait, or nobody judges", async () => {
  for (const flags of [["--scenario", "default"], ["--scenario", "throttled", "--verify", "off"]]) {
    const ran = await exec(flags, "naive.mjs");
    assert.equal(ran.code, 0, ran.all);
  }
});

test("a command that fails keeps its exit code, whatever the verdict", async () => {
  const good = await exec(["--scenario", "instant"], "-e", "process.exit(7)");
  assert.equal(good.code, 7, good.all);
  assert.match(good.err, /^verified: /m);
  const bad = await exec(["--scenario", "quarantined"], "-e", "process.exit(7)");
  assert.equal(bad.code, 7, bad.all);
  assert.match(bad.err, /^NOT exercised: /m);
});

test("a command that hangs is ended: 124", async () => {
  const ran = await exec(["--timeout", "500ms"], "-e", "setInterval(() => {}, 1e6)");
  assert.equal(ran.code, 124, ran.all);
  assert.match(ran.err, /took longer than --timeout 500ms/);
});

test("--each-scenario runs one after the other, and prints a table", async () => {
  const good = await exec(["--each-scenario", "throttled,outage", "--clock", "x60", "--junit", "each.xml"], "journey.mjs", "csv");
  assert.equal(good.code, 0, good.all);
  assert.match(good.err, /^RUN +CALLS +RETRIES +EARLY +RESULT\nthrottled +\d+ +\d+ +0 +passed\noutage +\d+ +\d+ +0 +passed\n2 of 2 passed$/m);
  assert.equal(good.out.trim().split("\n").length, 2);
  for (const name of ["throttled", "outage"]) assert.deepEqual(junit(`each.${name}.xml`).failures, []);
  assert.ok(!existsSync("each.xml"));

  const bad = await exec(["--each-scenario", "default,throttled", "--clock", "x60"], "naive.mjs");
  assert.equal(bad.code, 1, bad.all);
  assert.match(bad.err, /^default +4 +0 +0 +passed\nthrottled +10 +6 +6 +FAILED: not verified: .* 6 calls were early: .*\n1 of 2 passed$/m);
});
