// The page's modules that do not touch the page.

import assert from "node:assert/strict";
import { test } from "node:test";
import { cause, clock, curl, isIdle, judged, later, reading, rounded, seconds, struck } from "./static/words.js";
import { inMiddle, layout, laneOf, segments, ticks } from "./static/layout.js";
import { linksOf, parse, walk } from "./static/model.js";
import { Feed, most } from "./static/feed.js";

test("durations and times", () => {
  assert.equal(seconds("1h2m3.5s"), 3723.5);
  assert.equal(seconds("250ms"), 0.25);
  assert.equal(seconds(undefined), 0);
  assert.equal(clock("2026-01-05T06:00:00.5Z"), "06:00:00.500");
  assert.equal(clock("2026-01-05T06:00:00Z"), "06:00:00.000");
  const running = { now: "2026-01-05T06:00:00.250Z", mode: "scaled", factor: 60 };
  assert.equal(reading(later(running, 1000)), "2026-01-05 06:01:00 scaled ×60");
  assert.equal(reading(later({ ...running, mode: "frozen", factor: 0 }, 1000)), "2026-01-05 06:00:00.250 frozen");
  assert.equal(inMiddle("/v1.0/users/0123456789", 11), "/v1.0…56789");
});

test("the first cause is the first expectation that was not met", () => {
  const v = { ok: false, summary: "s", worlds: [{ expectations: [{ ok: true, expected: "a", seen: "b" }, { ok: false, expected: "c", seen: "d", entries: [3] }] }] };
  assert.deepEqual(cause(v), { text: "Expected: c. But d.", entries: [3] });
  assert.equal(cause({ ok: false, worlds: [{ entries: 0, expectations: [] }], scenarios: [] }).text, "No request came yet.");
  assert.match(cause({ ok: false, worlds: [{ entries: 3 }], scenarios: [{ scenario: "x", exercised: false, rules: ["fault a"] }] }).text, /x came into play: it has fault a; called was nothing/);
  v.worlds[0].chapter = { number: 1, closedBy: "reset" };
  assert.deepEqual(cause(v), { text: "In chapter 1: Expected: c. But d.", entries: [] });
  assert.equal(cause({ ok: true, summary: "fine", worlds: [] }).text, "fine");
});

test("curl quotes what a client sent, and holds no token", () => {
  const c = curl({ method: "POST", path: "/v1.0/users", world: "default", requestBody: `{"a":"it's $(rm)"}` }, "http://localhost:1");
  assert.equal(c, `curl -i -X 'POST' -H "Authorization: Bearer \${TOKEN:-anything}" -H 'Content-Type: application/json' --data-raw '{"a":"it'\\''s $(rm)"}' 'http://localhost:1/v1.0/users'`);
  assert.ok(!curl({ method: "GET", path: "/x", world: '"$(rm)' }, "o").includes("rm"));
  const of = (more, origin = "o") => curl({ method: "GET", path: "/v1.0/users", world: "default", status: 200, ...more }, origin);
  assert.ok(of({ path: "/v1.0/users/ann lee?#ü/$value" }).endsWith("'o/v1.0/users/ann%20lee%3F%23%C3%BC/$value'"));
  assert.ok(of({ method: "POST", requestBody: "@/etc/passwd" }).includes("--data-raw '@/etc/passwd'"), "a body is no file's name");
  assert.match(of({ query: "$filter=a in ('[x]')" }), /^curl -i -g -H/);
  assert.match(of({ method: "HEAD" }, "https://localhost"), /^curl -i -k -I -H/);
  assert.match(of({ query: '$search="displayName:a"' }), /ConsistencyLevel: eventual/);
  assert.doesNotMatch(of({ query: "$count=true", status: 400 }), /ConsistencyLevel/);
});

test("a window ends after its calls, and early ones are inside it", () => {
  const at = (s) => new Date(Date.UTC(2026, 0, 5, 6, 0, s)).toISOString();
  const entries = [
    { id: 1, at: at(0), path: "/a", profile: "p", detail: { retryAfter: "10s" }, before: { state: "x" } },
    { id: 2, at: at(0), path: "/a", profile: "p", detail: { early: { entry: 1, by: "10s" } }, after: { state: "y" } },
    { id: 3, at: at(4), path: "/b", detail: { early: { entry: 1, by: "6s" } } },
    { id: 4, at: at(10), path: "/a", profile: "p" },
  ];
  const plan = layout(entries, [{ at: at(20), profile: "p", to: { state: "z" } }], 0);
  assert.deepEqual(plan.lanes.map((l) => l.key), ["profile p", "/b"]);
  assert.deepEqual(layout([{ id: 9, at: at(0), path: "/first" }, ...entries], [], 0).lanes.map((l) => l.key), ["profile p", "/b", "/first"], "what was early comes first");
  const [p, b] = plan.lanes;
  const [band] = p.bands, x = (l, i) => l.requests[i].stop.x;
  assert.ok(band.from.x < x(p, 1) && x(p, 1) < band.to.x, "early at the same instant");
  assert.ok(band.to.x <= x(p, 2), "in time");
  assert.equal(b.bands.length, 1);
  assert.equal(b.bands[0].own, false);
  assert.ok(x(b, 0) > b.bands[0].from.x && x(b, 0) < b.bands[0].to.x);
  assert.deepEqual(segments(p.states, plan.width).map((s) => s.text), ["x", "y", "z"]);
  assert.equal(laneOf({ path: "/c" }), "/c");
  assert.equal(ticks(plan.stops, 0).length, new Set(plan.stops.map((s) => s.at)).size);
  assert.equal(struck(entries[1])[0].text, "10s too early, after #1");
  const misses = [{ rule: "late", why: "strikes call 2; this was call 1" }, { rule: "b", why: "" }];
  assert.equal(struck({ detail: { nearMisses: misses.slice(0, 1) } })[0].text, "nearly struck by fault late: strikes call 2; this was call 1");
  assert.equal(struck({ detail: { nearMisses: misses } })[0].text, "nearly struck by fault late: strikes call 2; this was call 1; and nearly by b");
});

test("durations are for people", () => {
  const want = { "964.896951ms": "965ms", "1.964896951s": "1.965s", "2m3.5s": "2m3.5s", "1m0.000400001s": "1m0s", "512.345µs": "512µs", "10s": "10s", "1h0m0s": "1h0m0s" };
  for (const [text, short] of Object.entries(want)) assert.equal(rounded(text), short);
});

test("a verdict is not held against who had nothing to do with the scenario", () => {
  const idle = { ok: false, summary: "s", scenarios: [{ scenario: "s", exercised: false, rules: [] }], worlds: [{ entries: 1, expectations: [{ ok: false, expected: "x", seen: "y", lack: "use" }] }] };
  assert.ok(isIdle(idle));
  assert.ok(!isIdle({ ...idle, worlds: [{ expectations: [{ ok: false, lack: "calls" }] }] }));
  assert.ok(!isIdle({ ...idle, scenarios: [{ exercised: true }] }));
  const spared = { ...idle, scenarios: [{ scenario: "s", exercised: false, rules: [], spared: 2 }] };
  assert.equal(cause(spared).text, "By chance 2 calls were spared by the scenario s, which is not the client's doing: try another seed, or more calls.");
});

test("a verdict names its run, and is red only where the run failed", () => {
  const rules = { scenario: "s", exercised: false, rules: ["fault a"] };
  const idle = { ok: false, summary: "s", scenarios: [rules], worlds: [{ entries: 1, expectations: [{ ok: false, expected: "x", seen: "y", lack: "use" }] }] };
  const came = "Nothing of the scenario s came into play: it has fault a; called was nothing.";
  assert.deepEqual(judged({ ...idle, ok: true, offered: true }, { label: "r" }), { kind: "idle", title: "Not exercised", text: `Run r: ${came}`, entries: [] });
  assert.equal(judged({ ...idle, ok: true, offered: true, scenarios: [], settings: [{ scenario: "t" }] }).text, "No call had to do with the scenario t.");
  assert.equal(judged(idle, { label: "r" }).kind, "bad", "somebody named the scenario");
  const fine = { ok: true, summary: "fine", worlds: [{ entries: 1 }] };
  assert.deepEqual(judged(fine), { kind: "good", title: "Passed", text: "", entries: [] });
  assert.deepEqual(judged(fine, { label: "r" }), { kind: "good", title: "Passed", text: "Run r", entries: [] });
  assert.deepEqual(judged(fine, { label: "r", failed: "exit code 1" }), { kind: "bad", title: "Not passed", text: "Run r: exit code 1.", entries: [] });
  const wrong = { ok: false, summary: "s", worlds: [{ entries: 1, expectations: [{ ok: false, expected: "c", seen: "d", entries: [3] }] }] };
  assert.deepEqual(judged(wrong, { label: "r" }), { kind: "bad", title: "Not passed", text: "Run r: Expected: c. But d.", entries: [3] });
  assert.equal(judged({ ok: true, summary: "s", worlds: [] }).kind, "quiet");
});

test("paths are walked in the model", () => {
  const m = parse(`<EntityType Name="entity" Abstract="true"><Key/></EntityType>
    <EntityType Name="user" BaseType="graph.entity"><NavigationProperty Name="manager" Type="graph.user"/><NavigationProperty Name="memberOf" Type="Collection(graph.group)"/></EntityType>
    <EntityType Name="group" BaseType="microsoft.graph.entity"/>
    <EntityContainer Name="c"><EntitySet Name="users" EntityType="microsoft.graph.user"/><Singleton Name="me" Type="microsoft.graph.user"/></EntityContainer>`);
  assert.deepEqual(walk(m, "users/1/memberOf"), { type: "group", many: true });
  assert.deepEqual(walk(m, "me/manager"), { type: "user", many: false });
  assert.equal(walk(m, "nothing"), null);
  assert.deepEqual([...linksOf(m, "user").keys()], ["manager", "memberOf"]);
});

test("a report is filtered as a journal is, and changes nothing", async () => {
  const entries = [
    { id: 1, at: "2026-01-05T06:00:00Z", method: "GET", path: "/v1.0/users/a", operation: "users.get", status: 200 },
    { id: 2, at: "2026-01-05T06:01:00Z", method: "POST", path: "/v1.0/users", operation: "users.create", status: 409, detail: { fault: { rule: "late" } } },
    { id: 3, at: "2026-01-05T06:02:00Z", method: "POST", path: "/common/oauth2/v2.0/token", operation: "token.other", status: 0 },
  ];
  const world = { ref: "w", entries, explanations: { 1: "why" }, verdict: { ok: true }, metadata: { "v1.0": "<x/>" },
    objects: { "v1.0/users": { value: [{ id: "a" }] }, "v1.0/groups/g": { id: "g" } } };
  globalThis.document = { getElementById: () => ({ textContent: JSON.stringify({ worlds: [world] }) }) };
  const { call, filtered, Kept } = await import("./static/kept.js");
  const ids = (filter) => filtered(entries, filter).map((e) => e.id);
  for (const [filter, want] of [
    [{}, [1, 2, 3]], [{ status: "4xx" }, [2]], [{ status: "0" }, [3]], [{ operation: "users.*" }, [1, 2]], [{ operation: "users.get" }, [1]], [{ operation: "*" }, [1, 2]],
    [{ operation: "GET /users/{id}" }, [1]], [{ operation: "POST /users" }, [2]], [{ since: "2" }, [3]], [{ since: "2026-01-05T06:01:00Z" }, [2, 3]],
    [{ contains: "detail.fault.rule=late" }, [2]], [{ contains: "detail.fault" }, [2]], [{ contains: "id=1" }, [1]], [{ contains: "__proto__" }, []], [{ limit: "1" }, [3]],
  ]) assert.deepEqual(ids(filter), want, JSON.stringify(filter));
  assert.throws(() => ids({ status: "soon" }), /soon/);
  assert.throws(() => ids({ since: "soon" }), /soon/);
  assert.equal((await call("GET", "worlds/w/journal/1")).id, 1);
  assert.equal(await call("GET", "worlds/w/journal/1", undefined, "text/plain"), "why");
  assert.deepEqual((await call("GET", "worlds/w/journal?status=4xx")).entries.map((e) => e.id), [2]);
  assert.deepEqual(await call("GET", "worlds/w/graph/v1.0/users/a"), { id: "a" });
  assert.deepEqual(await call("GET", "worlds/w/graph/v1.0/groups/g"), { id: "g" });
  for (const [method, url] of [["DELETE", "worlds/w/journal"], ["GET", "worlds/w/graph/v1.0/users/b"], ["GET", "worlds/x/verify"], ["GET", "worlds/w/state"], ["GET", "worlds/w/journal/9"]]) {
    await assert.rejects(call(method, url), url);
  }
  const feed = new Kept(world);
  feed.filter = { status: "4xx" };
  feed.begin();
  assert.equal(feed.entries.length, 1);
});

test("a feed keeps the newest, drops bodies, and takes none twice", () => {
  const sources = [], told = [];
  const feed = new Feed("/journal", (url) => {
    const s = { url, heard: {}, closed: false, addEventListener(name, f) { this.heard[name] = f; }, close() { this.closed = true; } };
    sources.push(s);
    return s;
  });
  feed.listen((what) => told.push(what));
  assert.equal(sources[0].url, `/journal?follow=true&limit=${most}`);
  for (let id = 1; id <= 1000; id++) sources[0].onmessage({ data: JSON.stringify({ id, responseBody: "long" }) });
  sources[0].onmessage({ data: JSON.stringify({ id: 1000 }) });
  feed.flush();
  assert.equal(feed.entries.length <= most, true);
  assert.equal(feed.entries.at(-1).id, 1000);
  assert.equal(new Set(feed.entries.map((e) => e.id)).size, feed.entries.length);
  assert.ok(!("responseBody" in feed.entries[0]));
  sources[0].heard.reset();
  assert.equal(feed.entries.length, 0);
  feed.filter = { status: "4xx" };
  feed.begin();
  assert.ok(sources[0].closed);
  assert.match(sources[1].url, /status=4xx/);
  sources[1].heard.gone();
  assert.ok(sources[1].closed);
  assert.ok(told.includes("gone"));
});

test("a feed goes on where it was, when the browser has given up and when nobody looked", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const sources = [];
  const feed = new Feed("/journal", (url) => {
    const s = { url, readyState: 1, closed: false, heard: {}, addEventListener(name, f) { this.heard[name] = f; }, close() { this.closed = true; } };
    sources.push(s);
    return s;
  });
  const came = (s, id) => { s.onmessage({ data: `{"id":${id}}`, lastEventId: `ABC.${id}` }); feed.flush(); };
  const ids = () => feed.entries.map((e) => e.id);
  sources[0].onopen();
  came(sources[0], 7);
  sources[0].onerror(); // the browser comes back by itself
  t.mock.timers.tick(5000);
  assert.equal(sources.length, 1);
  sources[0].readyState = 2;
  sources[0].onerror();
  assert.equal(feed.connected, false);
  t.mock.timers.tick(5000);
  assert.match(sources[1].url, /last=ABC\.7/);
  sources[1].onopen();
  for (const id of [7, 8]) came(sources[1], id);
  assert.deepEqual(ids(), [7, 8]);
  feed.pause();
  assert.ok(sources[1].closed && !feed.connected);
  feed.pause();
  feed.resume();
  feed.resume();
  assert.equal(sources.length, 3);
  assert.match(sources[2].url, /last=ABC\.8/);
  sources[2].heard.reset();
  came(sources[2], 1);
  assert.deepEqual(ids(), [1]);
  feed.begin();
  assert.doesNotMatch(sources[3].url, /last=/);
  sources[3].readyState = 2;
  sources[3].onerror();
  feed.close();
  t.mock.timers.tick(5000);
  assert.equal(sources.length, 4, "nobody wants it any more");
});
