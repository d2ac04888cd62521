// What the README of the npm package says beyond its examples.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, renameSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { after, test } from "node:test";
import { Client, PageIterator } from "@microsoft/microsoft-graph-client";
import { binary, connect, GraphemuError, start } from "graphemu";

const g = await start({ fixture: "contoso", clock: "frozen@2026-01-05T06:00:00Z" });
after(() => g.stop());

test("required and imported, it is the same", () => {
  assert.equal(createRequire(import.meta.url)("graphemu").start, start);
});

test("worlds are apart", async () => {
  const [one, two] = [await g.world("one"), await g.world("two")];
  await one.graph.patch("users/ora.klein@contoso.edu", { jobTitle: "Head" });
  assert.equal((await one.graph.get("/v1.0/users/ora.klein@contoso.edu?$select=jobTitle")).jobTitle, "Head");
  assert.notEqual((await two.graph.get("beta/users/ora.klein@contoso.edu?$select=jobTitle")).jobTitle, "Head");
  assert.notEqual(one.tenant, two.tenant);
});

test("the Graph client keeps its token and its retries", async () => {
  const world = await g.world("client");
  const fault = await world.faults.arm({ operation: "users.list", calls: "first 1", respond: { status: 503, retryAfter: "1s" } });
  assert.deepEqual((await world.faults.list()).map((f) => f.rule.name), [fault]);
  const graph = Client.initWithMiddleware(world.clientOptions);
  const { value: all } = await world.graph.get("users");
  const names = [];
  await new PageIterator(graph, await graph.api("/users").top(2).get(), (user) => names.push(user.id)).iterate(); // by nextLinks, which are whole URLs
  assert.deepEqual(names, all.map((user) => user.id));
  const entries = await world.journal.list();
  assert.deepEqual(entries.map((e) => e.status).slice(0, 3), [503, 200, 200]);
  assert.ok(entries.every((e) => e.client === world.clientId), "a signed token came with each");
  assert.match(await world.journal.explain(entries[0].id), /503/);
  await world.faults.disarm(fault);
  assert.deepEqual(await world.faults.list(), []);
  await world.journal.clear();
  assert.deepEqual(await world.journal.list(), []);
});

test("the clock", async () => {
  const { clock } = await g.world("clock");
  assert.equal((await clock.now()).toISOString(), "2026-01-05T06:00:00.000Z");
  assert.equal((await clock.advance(1500)).now, "2026-01-05T06:00:01.5Z");
  await clock.set(new Date("2026-02-01T00:00:00Z"));
  assert.equal((await clock.untilIdle()).now, "2026-02-01T00:00:00Z");
  assert.equal((await clock.scale(60)).factor, 60);
  assert.equal((await clock.freeze()).mode, "frozen");
  assert.deepEqual((await clock.due()).due, []);
});

test("a verdict", async () => {
  const world = await g.world("verdict");
  await world.scenario.set("version: 1\nexpect:\n  - {operation: users.list, count: 1}\n");
  assert.equal((await world.verdict()).ok, false);
  await assert.rejects(world.verify(), (error) => error instanceof GraphemuError && error.verdict.ok === false && /users\.list/.test(error.message));
  await fetch(`${world.v1Url}/users`, { headers: world.headers });
  assert.equal((await world.verify()).ok, true);
  await world.reset({ name: "again", seed: 7 });
  await world.scenario.unset();
});

test("a test answers for itself", async () => {
  const world = await g.world("tests");
  const list = () => fetch(`${world.v1Url}/users`, { headers: world.headers });
  await world.reset({ name: "first", scenario: { version: 1, name: "once", expect: [{ operation: "users.list", count: 1 }] } });
  await list();
  await list();
  await assert.rejects(world.verify(), /users\.list/);

  await world.reset({ name: "second" });
  await list();
  assert.deepEqual((await world.verify()).worlds.map((w) => w.chapter.name), ["second"]); // and the scenario has stayed
  assert.equal((await world.verdict({ all: false, strict: true })).ok, true);
  const { ok, worlds } = await world.verdict({ all: true });
  assert.equal(ok, false);
  assert.deepEqual(worlds.map((w) => w.chapter.name), ["first", "second"]);
  await assert.rejects(world.verify({ all: true }), (error) => /called 2 times/.test(error.message) && error.verdict.worlds.length === 2);

  await world.reset({ scenario: null });
  await list();
  await list();
  assert.deepEqual((await world.verify()).worlds.map((w) => w.expectations), [[]]);
});

test("a built-in scenario by its name", async () => {
  const world = await g.world("named");
  const status = async () => (await fetch(`${world.v1Url}/users`, { headers: world.headers })).status;
  assert.equal((await world.scenario.set("throttled")).name, "throttled");
  await world.scenario.set("default");
  assert.equal(await status(), 200);
  await world.reset({ scenario: "outage" });
  assert.equal(await status(), 503);
  await assert.rejects(world.scenario.set("trottled"), /there is no built-in scenario "trottled", only .*throttled.*; of a file, give the text/);
  await assert.rejects(world.reset({ scenario: "../my.yaml" }), /there is no built-in scenario/);
  await assert.rejects(world.scenario.set(""), /400 .*empty/);
  assert.equal(await status(), 503, "nothing was changed");
});

test("errors say what is wrong", async () => {
  await assert.rejects(g.clock.advance("soon"), /400 .*want a duration/);
  await assert.rejects(g.graph.get("nope"), (error) => error.status === 400 && /Resource not found for the segment 'nope'/.test(error.message));
  await assert.rejects(start({ scenario: "nope" }), /graphemu did not start: .*nope/);
  await assert.rejects(start({ scenarios: "throttled" }), /there is no option scenarios/);
  await assert.rejects(g.world("two / ä"), GraphemuError);
  await assert.rejects(connect({}), /GRAPHEMU_CONTROL_URL/);
  await assert.rejects(start({ binary: "/nowhere/graphemu" }), /cannot run/);
});

test("tokens with strict sign-in, and a scenario and a fixture as objects", async () => {
  const strict = await start({
    auth: "strict",
    scenario: { version: 1, name: "mine", expect: [{ operation: "users.list", count: 1 }] },
    fixture: { version: 1, entities: { groups: [{ displayName: "Staff", mailNickname: "staff", mailEnabled: false, securityEnabled: true }] } },
  });
  try {
    const token = await strict.newToken({ roles: ["Group.Read.All"] });
    const status = async (t) => (await fetch(`${strict.v1Url}/groups`, { headers: { Authorization: `Bearer ${t}` } })).status;
    assert.equal(await status(token), 200);
    assert.equal(await status("world-default"), 401);
  } finally {
    await strict.stop();
  }
});

test("another process finds it by env", async () => {
  const script = `import { connect } from "graphemu";
    const g = await connect(); console.log((await g.clock.now()).toISOString(), g.clientId, (await fetch(process.env.GRAPHEMU_URL + "/users", { headers: g.headers })).status);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], { env: { ...process.env, ...g.env }, stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  for await (const part of child.stdout) said += part;
  assert.equal(said.trim(), `2026-01-05T06:00:00.000Z ${g.clientId} 200`);
});

test("a process that forgets to stop it ends, and so does the server", async () => {
  const forgets = spawnSync(process.execPath, ["--input-type=module", "-e", `import { start } from "graphemu"; console.log((await start()).url);`], { encoding: "utf8", timeout: 60_000 });
  assert.equal(forgets.status, 0, forgets.stderr);
  await gone(forgets.stdout.trim());
});

test("a process that is killed takes the server along", async () => {
  const script = `import { start } from "graphemu"; console.log((await start()).url); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  const url = String(await new Promise((resolve) => child.stdout.once("data", resolve))).trim();
  assert.equal((await fetch(url + "/users", { headers: { Authorization: "Bearer any" } })).status, 200);
  child.kill("SIGKILL");
  await gone(url);
});

// Each try is a connection that the server refuses or answers; nothing sleeps.
async function gone(url) {
  for (let i = 0; i < 100_000; i++) {
    try {
      await fetch(url, { headers: { Connection: "close" } });
    } catch {
      return;
    }
  }
  assert.fail(`${url} still answers`);
}

test("without the package of this system", () => {
  const folder = dirname(dirname(binary()));
  renameSync(folder, `${folder}.away`);
  try {
    const run = spawnSync(process.execPath, ["node_modules/graphemu/bin/graphemu.js", "version"], { encoding: "utf8" });
    assert.equal(run.status, 125);
    assert.match(run.stderr, /@graphemu\/\S+, which holds the binary, is not installed.*--omit=optional/s);
    const named = spawnSync(process.execPath, ["node_modules/graphemu/bin/graphemu.js", "version"], { encoding: "utf8", env: { ...process.env, GRAPHEMU_BINARY: process.env.graphemu } });
    assert.equal(named.status, 0, named.stderr);
    const wrong = spawnSync(process.execPath, ["node_modules/graphemu/bin/graphemu.js", "version"], { encoding: "utf8", env: { ...process.env, GRAPHEMU_BINARY: "/nowhere" } });
    assert.match(wrong.stderr, /GRAPHEMU_BINARY names \/nowhere/);
  } finally {
    renameSync(`${folder}.away`, folder);
  }
});

test("what it wrote is gone", async () => {
  const before = await start();
  const { GRAPHEMU_CA: ca } = before.env;
  assert.ok(existsSync(ca));
  await before.stop();
  await before.stop();
  assert.ok(!existsSync(dirname(dirname(ca))), String(existsSync(dirname(ca)) && readdirSync(dirname(ca))));
});
