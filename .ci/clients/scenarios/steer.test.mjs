import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { graphemu, junit } from "./command.mjs";

// graphemu world against the server that .ci/clients/run has started. Its clock
// stands still.
const server = JSON.parse(readFileSync(process.env.ready, "utf8"));
const world = (name, ...args) => graphemu(["world", ...args, "--world", name, "--url", server.control]);

// client runs one of ours in a world, as exec would, and returns its exit code.
const client = (name, ...command) =>
  new Promise((done, fail) => {
    const env = {
      ...process.env,
      NODE_EXTRA_CA_CERTS: server.ca,
      GRAPHEMU_URL: `${server.https}/beta`,
      GRAPHEMU_ORIGIN: server.https,
      GRAPHEMU_CONTROL_URL: server.control,
      GRAPHEMU_TOKEN: `world-${name}`,
      GRAPHEMU_TENANT: name,
    };
    spawn(process.execPath, command, { env, stdio: ["ignore", "ignore", "inherit"] }).on("error", fail).on("close", done);
  });

const succeeds = (ran) => {
  assert.equal(ran.code, 0, ran.all);
  return ran.out;
};

test("a client that waited: world verify says so", async () => {
  succeeds(await world("good", "scenario", "set", "throttled"));
  assert.equal(await client("good", "journey.mjs", "csv"), 0);
  const out = succeeds(await world("good", "verify", "--strict", "--junit", "good.xml"));
  assert.match(out, /^verified: 1 expectation met in 1 world, no warnings$/m);
  assert.deepEqual(junit("good.xml"), { suites: ["world good", "scenarios", "warnings"], failures: [] });
});

test("a client that did not: verify, journal and journal show", async () => {
  succeeds(await world("naive", "scenario", "set", "throttled"));
  assert.equal(await client("naive", "naive.mjs"), 0);

  const verdict = await world("naive", "verify");
  assert.equal(verdict.code, 1, verdict.all);
  assert.match(verdict.out, /^NOT verified: /m);
  assert.match(verdict.out, /6 calls were early/);
  const asJSON = await world("naive", "verify", "--json");
  assert.equal(asJSON.code, 1);
  const { ok, worlds } = JSON.parse(asJSON.out);
  assert.deepEqual([ok, worlds.length, worlds[0].world], [false, 1, "naive"]);
  assert.deepEqual(worlds[0].expectations.map(({ ok, entries }) => ({ ok, entries })), [{ ok: false, entries: [2, 3, 4, 8, 9, 10] }]);

  const all = succeeds(await world("naive", "journal")).trim().split("\n");
  assert.equal(all.length, 10, all.join("\n"));
  const throttled = succeeds(await world("naive", "journal", "--status", "429", "--json"));
  const entries = JSON.parse(throttled).entries;
  assert.deepEqual(entries.map(({ id }) => id), [1, 2, 3, 4, 7, 8, 9, 10]);
  assert.deepEqual(entries.map(({ detail }) => detail.retryAfter), ["1s", "2s", "4s", "8s", "1s", "2s", "4s", "8s"], "each early call is told to wait twice as long");
  const early = succeeds(await world("naive", "journal", "--operation", "profiles.get", "--contains", "detail.early"));
  assert.equal(early.trim().split("\n").length, 3, early);
  assert.match(succeeds(await world("naive", "journal", "show", "8")), /entry 7/);
  assert.match(succeeds(await world("naive", "journal", "show", "8")), /throttle-profile/);
});

test("the clock is moved, and tells what came due", async () => {
  assert.equal(await client("clock", "naive.mjs"), 0);
  assert.match(succeeds(await world("clock", "clock")), /^\S+Z frozen$/m);
  assert.match(succeeds(await world("clock", "clock", "advance", "1s")), /nothing was due/);
  assert.match(succeeds(await world("clock", "clock", "advance", "1s")), /North .*provisioning -> provisioned/);
  assert.match(succeeds(await world("clock", "clock", "advance", "idle")), /nothing was due/);
});

test("a scenario that is wrong is told, and the one before stays", async () => {
  const wrong = await world("good", "scenario", "set", "throtled");
  assert.notEqual(wrong.code, 0);
  assert.match(wrong.err, /throttled/, "the nearest name");
  assert.match(succeeds(await world("good", "scenario")), /^name: throttled$/m);
});
