// The page at /_graphemu/ in a real browser: a client runs, and a person looks and steers.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { connect, createServer } from "node:net";
import { after, before, test } from "node:test";
import puppeteer from "puppeteer-core";

const ready = JSON.parse(readFileSync(process.env.ready, "utf8"));
const origin = new URL(ready.control || ready.http || ready.controlUrl).origin;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const shots = process.env.SCREENSHOTS;
const world = "page";
const scenario = `version: 1
name: page
faults:
  - name: busy
    operation: profiles.start
    calls: first 2
    respond: {status: 429, retryAfter: 20s}
expect:
  - {operation: "*", noEarlyRetry: true}
`;
const hostile = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`;

const profileBody = {
  displayName: "Due School",
  dataProvider: { "@odata.type": "#microsoft.graph.educationCsvDataProvider" },
  identitySynchronizationConfiguration: {
    "@odata.type": "#microsoft.graph.educationIdentityCreationConfiguration",
    userDomains: [{ appliesTo: "student", name: "contoso.edu" }, { appliesTo: "teacher", name: "contoso.edu" }],
  },
};

let browser, page;
const complaints = [], strangers = [];

const control = (path) => `${origin}/_graphemu/worlds/${world}/${path}`;
async function ask(method, url, body, headers = {}) {
  const a = await fetch(url, { method, body, headers: { Accept: "application/json", ...headers } });
  const text = await a.text();
  return { status: a.status, value: text && (a.headers.get("content-type") || "").includes("json") ? JSON.parse(text) : text };
}
const graph = (method, path, body) => ask(method, `${origin}/beta/${path}`, body ? JSON.stringify(body) : method === "GET" ? undefined : "",
  { Authorization: `Bearer world-${world}`, "Content-Type": "application/json" });
const text = (selector) => page.$eval(selector, (n) => n.textContent);
const count = (selector) => page.$$eval(selector, (list) => list.length);
// until waits for what the page comes to by itself; the page tells when.
const until = (f, ...args) => page.waitForFunction(f, { timeout: 20000 }, ...args);
const open = async (view) => {
  await page.evaluate((hash) => { location.hash = hash; }, `#/${world}/${view}`);
  await until((id) => !document.getElementById(id).hidden, view.split("/")[0]);
};
const press = async (id) => { await page.waitForSelector("#" + id); await page.$eval("#" + id, (b) => b.click()); };
const told = (part) => until((p) => document.getElementById("notice").textContent.includes(p), part);
const shoot = async (name) => { if (shots) { mkdirSync(shots, { recursive: true }); await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true }); } };

before(async () => {
  browser = await puppeteer.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", headless: true, args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] });
  page = await browser.newPage();
  await page.setViewport({ width: 1280, height: 900 });
  page.on("console", (m) => { if (["error", "warn"].includes(m.type())) complaints.push(m.text()); });
  page.on("response", (r) => { if (r.status() >= 400) complaints.push(`${r.status()} ${r.url()}`); });
  page.on("pageerror", (e) => complaints.push(String(e)));
  page.on("request", (r) => { if (!r.url().startsWith(origin) && !r.url().startsWith("data:")) strangers.push(r.url()); });
  assert.equal((await ask("PUT", control("scenario"), scenario)).status, 200);
  assert.equal((await ask("POST", control("reset"), '{"fixture":"one"}')).status, 200);
});
after(() => browser?.close());

let profile;
test("requests come live, and the verdict tells the first cause", async () => {
  const answer = await page.goto(`${origin}/_graphemu/#/${world}/requests`);
  assert.match(answer.headers()["content-security-policy"], /script-src 'self'/);
  await until(() => document.querySelector("#requests .hint")?.textContent.startsWith("Live"));
  profile = (await graph("GET", "education/synchronizationProfiles")).value.value[0].id;
  await until(() => document.querySelectorAll("#request-table tbody tr").length === 1);
  assert.match(await text("#requests .hint"), /^Live: 1 request$/);
  for (let i = 0; i < 3; i++) await graph("POST", `education/synchronizationProfiles/${profile}/start`);
  await until(() => document.querySelectorAll("#request-table tbody tr").length === 4);
  await until(() => document.getElementById("verdict-line").textContent.includes("early"));
  assert.equal(await page.$eval("#verdict", (n) => n.className), "bad");
  assert.match(await text("#verdict-line"), /^Not passed\. Expected: .*Retry-After.*\. But .*early/);
  assert.ok(await count("#request-table tr.early") >= 1, "early calls are marked");
  assert.match(await text("#request-table tbody"), /fault busy: respond 429/);
});

test("a row opens what the journal knows of it", async () => {
  await page.click("#request-table tbody tr td.path");
  await page.waitForSelector("#detail h3");
  const said = await text("#detail");
  for (const part of ["Explanation", "Copy as curl", "curl -i -X 'POST'", "Before", "After", "profiles.start"]) assert.ok(said.includes(part), part);
  await shoot("requests-1280");
});

test("filters are those of the journal, and one that is wrong is told", async () => {
  await page.type("#filter-status", "429");
  await page.keyboard.press("Enter");
  await until(() => [...document.querySelectorAll("#request-table tbody .status")].every((n) => n.textContent === "429") &&
    document.querySelectorAll("#request-table tbody tr").length >= 2);
  await page.$eval("#filter-status", (i) => { i.value = "soon"; });
  await page.focus("#filter-status");
  const before = complaints.length;
  await page.keyboard.press("Enter");
  await until(() => document.getElementById("notice").textContent.includes("soon"));
  complaints.length = before; // the browser's own line for a 400
  await page.evaluate(() => [...document.querySelectorAll("#requests button")].find((b) => b.textContent === "All").click());
  await until(() => document.querySelectorAll("#request-table tbody tr").length === 4);
});

test("a batch shows its parts, a part its batch, and a rule that nearly struck is named", async () => {
  const requests = [{ id: "1", method: "GET", url: "/users?$top=1" }, { id: "2", method: "GET", url: "/nothing" }, { id: "3", method: "POST", url: `/education/synchronizationProfiles/${profile}/start`, headers: { "Content-Type": "application/json" }, body: {} }];
  assert.equal((await graph("POST", "$batch", { requests })).status, 200);
  const entries = (await ask("GET", control("journal"))).value.entries;
  const batch = entries.find((e) => e.operation === "batch").id, parts = entries.filter((e) => e.batch === batch);
  await open(`requests/${batch}`);
  await until((id) => document.querySelector("#detail h3")?.textContent.startsWith(`Entry ${id}:`), batch);
  const rows = await page.$$eval('#detail [aria-label="Parts of the batch"] tbody tr', (list) => list.map((r) => [...r.children].slice(0, 4).map((c) => c.textContent).join(" ")));
  assert.deepEqual(rows, parts.map((p) => `#${p.id} ${p.method} ${p.path}${p.query ? "?" + p.query : ""} ${p.status}`));
  const near = parts.find((p) => p.detail?.nearMisses);
  await page.$$eval("#detail td a, #detail th a", (list, id) => list.find((a) => a.textContent === `#${id}`).click(), near.id);
  await until((id) => document.querySelector("#detail h3")?.textContent.startsWith(`Entry ${id}:`), near.id);
  const said = await text("#detail");
  for (const part of ["Near misses", near.detail.nearMisses[0].rule, near.detail.nearMisses[0].why, `part of #${batch}`, "Before", "After"]) assert.ok(said.includes(part), part);
});

test("what is copied as curl runs, and is answered the same", async () => {
  await browser.defaultBrowserContext().overridePermissions(origin, ["clipboard-read", "clipboard-write", "clipboard-sanitized-write"]);
  const quoted = { displayName: "It's $(a) `name`", description: "@/etc/passwd", mailEnabled: false, mailNickname: "its", securityEnabled: true };
  const made = (await ask("POST", `${origin}/v1.0/groups`, JSON.stringify(quoted), { Authorization: `Bearer world-${world}`, "Content-Type": "application/json" })).value;
  const v1 = (path, headers) => ask("GET", `${origin}/v1.0/${path}`, undefined, { Authorization: `Bearer world-${world}`, ...headers });
  await v1(`groups?$filter=${encodeURIComponent("displayName eq 'It''s $(a) `name`'")}&$select=id,displayName`);
  await v1(`groups?$search="description:passwd"&$count=true`, { ConsistencyLevel: "eventual" });
  for (const entry of (await ask("GET", control("journal?operation=groups.*"))).value.entries.reverse()) {
    await open(`requests/${entry.id}`);
    await until((id) => document.querySelector("#detail h3")?.textContent.startsWith(`Entry ${id}:`), entry.id);
    await page.bringToFront();
    await page.$$eval("#detail button", (list) => list.find((b) => b.textContent === "Copy as curl").click());
    await told("Copied.");
    const [head, body] = execFileSync("bash", ["-c", `${await page.evaluate(() => navigator.clipboard.readText())} -s`], { encoding: "utf8", stdio: "pipe" }).split("\r\n\r\n");
    assert.match(head, new RegExp(`^HTTP/1\\.1 ${entry.status} `), head);
    const got = JSON.parse(body);
    if (entry.method === "GET") assert.deepEqual(got, JSON.parse((await ask("GET", control(`journal/${entry.id}`))).value.responseBody));
    else for (const name of Object.keys(quoted)) assert.equal(got[name], quoted[name]);
  }
  assert.ok(made.id);
});

test("the timeline draws the time to wait, and early calls in red", async () => {
  await open("timeline");
  await page.waitForSelector("#drawing");
  const entries = (await ask("GET", control("journal"))).value.entries;
  const waits = entries.filter((e) => e.detail?.retryAfter).length, early = entries.filter((e) => e.detail?.early).length;
  assert.ok(waits >= 2 && early >= 1);
  assert.equal(await count("#drawing .band:not(.other)"), waits);
  assert.equal(await count("#drawing .dot.early"), early);
  assert.equal(await count("#drawing .dot"), entries.length);
  const red = await page.$eval("#drawing .dot.early", (n) => getComputedStyle(n).fill);
  assert.equal(red, "rgb(209, 26, 42)");
  // An early call stands inside a band.
  const inside = await page.evaluate(() => {
    const bands = [...document.querySelectorAll("#drawing .band")].map((b) => [b.x.baseVal.value, b.x.baseVal.value + b.width.baseVal.value]);
    return [...document.querySelectorAll("#drawing .dot.early")].every((d) => bands.some(([a, b]) => d.cx.baseVal.value > a && d.cx.baseVal.value < b));
  });
  assert.ok(inside);
  // What is still to come is drawn, until the clock brings it.
  assert.equal(await count("#drawing .event.due"), 0);
  assert.equal((await graph("POST", "education/synchronizationProfiles", profileBody)).status, 202);
  await until(() => document.querySelectorAll("#drawing .event.due").length === 1);
  assert.match(await text("#due"), /Still due: Due School, at /);
});

test("a hostile name stays a text in every view", async () => {
  const harmless = async (view) => {
    await until((part) => document.querySelector("body").textContent.includes(part), "onerror");
    assert.equal(await count("img, main script, header script, #verdict script"), 0, view);
    assert.doesNotMatch(await page.title(), /owned/, view);
  };
  assert.ok((await ask("PATCH", control(`graph/beta/education/synchronizationProfiles/${profile}`), JSON.stringify({ displayName: hostile }), { "Content-Type": "application/json" })).status < 300);
  await graph("GET", `users?$filter=${encodeURIComponent(hostile)}`);
  await graph("PATCH", `education/synchronizationProfiles/${profile}`, { displayName: hostile });
  assert.equal((await graph("POST", "education/synchronizationProfiles", { ...profileBody, displayName: hostile })).status, 202);
  assert.ok((await ask("POST", control("faults"), JSON.stringify({ operation: "groups.update", while: { displayName: hostile }, respond: { status: 409 } }), { "Content-Type": "application/json" })).status < 300);
  const entries = (await ask("GET", control("journal"))).value.entries;
  await open(`requests/${entries.at(-2).id}`);
  await until(() => document.getElementById("detail").textContent.includes("onerror") && document.getElementById("request-table").textContent.includes("onerror"));
  await harmless("requests");
  await open("timeline");
  await until(() => document.querySelector("#drawing .event.due title")?.textContent && document.getElementById("due")?.textContent.includes("onerror") && document.querySelector(".names").textContent.includes("<img"));
  await harmless("timeline");
  await open("objects/beta/education%2FsynchronizationProfiles");
  await until(() => document.getElementById("objects").textContent.includes("onerror"));
  await harmless("objects");
  await open("steer");
  await until(() => document.querySelector("#steer table")?.textContent.includes("onerror"));
  await harmless("steer");
  // A chapter has a name, and the verdict tells it.
  await ask("DELETE", control("verify"));
  await ask("POST", control("reset"), JSON.stringify({ name: hostile, fixture: "one" }), { "Content-Type": "application/json" });
  profile = (await graph("GET", "education/synchronizationProfiles")).value.value[0].id;
  for (let i = 0; i < 3; i++) await graph("POST", `education/synchronizationProfiles/${profile}/start`);
  await until(() => document.getElementById("verdict-line").textContent.includes("onerror") && document.getElementById("verdict-more").textContent.includes("onerror"));
  await harmless("verdict");
});

test("objects lead to each other and to the requests that changed them", async () => {
  await open("objects/v1.0/");
  await until(() => [...document.querySelectorAll("#objects .sets a")].some((a) => a.textContent === "users"));
  await open("objects/beta/" + encodeURIComponent(`education/synchronizationProfiles/${profile}`));
  await until((id) => document.getElementById("object")?.textContent.includes(id), profile);
  await until(() => document.getElementById("object-journal")?.textContent.includes("/start"));
  await shoot("objects-1280");
});

test("the clock, faults and reset are steered", async () => {
  await open("steer");
  const now = async () => (await ask("GET", control("clock"))).value.now;
  const was = await now();
  await page.waitForSelector("#advance");
  await press("advance");
  await until((old) => !document.getElementById("now").textContent.includes(old), was.slice(11, 19));
  assert.equal(Date.parse(await now()) - Date.parse(was), 60000);
  await press("idle");
  await until(() => document.getElementById("happened").textContent !== "");
  await press("arm");
  await until(() => document.getElementById("notice").textContent === "Armed.");
  assert.equal((await ask("GET", control("faults"))).value.faults.length, 2);
  await page.evaluate(() => [...document.querySelectorAll("#steer button")].find((b) => b.textContent === "Disarm").click());
  await until(() => document.querySelectorAll("#steer tbody button").length === 1);
  await shoot("steer-1280");
  await page.$eval("#seed", (i) => { i.value = "seven"; });
  await press("reset");
  await until(() => document.getElementById("notice").textContent.startsWith("A seed is a whole number"));
  await page.$eval("#seed", (i) => { i.value = "7"; });
  await press("reset");
  await until(() => document.getElementById("notice").textContent === "The world began anew.");
  assert.equal((await ask("GET", control("state"))).value.seed, 7);
  await open("requests");
  await until(() => document.querySelectorAll("#request-table tbody tr").length === 0);
});

test("a scenario is put in force, of one's own or a built-in one", async () => {
  await open("steer");
  const name = async () => (await ask("GET", control("scenario"))).value.name;
  const put = async (text) => { await page.$eval("#scenario-text", (t, v) => { t.value = v; }, text); await press("put-scenario"); };
  await put("version: 1\nname: mine\nfaults:\n  - {name: all, operation: groups.list, respond: {status: 503}}\n");
  await told("The scenario mine is in force.");
  assert.equal(await name(), "mine");
  assert.match(await text("#steer tbody"), /^allgroups\.list/);
  const before = complaints.length;
  await put("version: 1\nname: wrong\nfaults:\n  - {operation: grups.list, respond: {status: 503}}\n");
  await told("grups.list");
  complaints.length = before; // the browser's own line for a 400
  assert.equal(await name(), "mine");
  await page.select("#built-in", "throttled");
  await press("take");
  await until(() => document.getElementById("scenario-text").value.includes("name: throttled"));
  await press("put-scenario");
  await told("The scenario throttled is in force.");
  assert.equal(await name(), "throttled");
  await page.$$eval("#steer button", (list) => list.find((b) => b.textContent === "Back to the server's").click());
  await told("The server's scenario is in force.");
  assert.equal((await ask("GET", control("scenario"))).value.own, false);
});

test("a world is saved to a file, and loaded from it", async () => {
  const session = await browser.target().createCDPSession();
  await session.send("Browser.setDownloadBehavior", { behavior: "allow", downloadPath: process.cwd(), eventsEnabled: true });
  const saved = new Promise((done) => session.on("Browser.downloadProgress", (e) => { if (e.state === "completed") done(); }));
  const groups = async () => (await graph("GET", "groups")).value.value.length;
  const had = await groups();
  await open("steer");
  await page.$$eval("#steer a", (list) => list.find((a) => a.textContent === "Save the world").click());
  await saved;
  assert.equal((await graph("POST", "groups", { displayName: "Late", mailEnabled: false, mailNickname: "late", securityEnabled: true })).status, 201);
  assert.equal(await groups(), had + 1);
  await (await page.$("#steer input[type=file]")).uploadFile(`${world}.json`);
  await press("load");
  await told("The world is as it was saved.");
  assert.equal(await groups(), had);
  await session.detach();
});

// A small proxy stands between the page and a server: it can be cut, and lead elsewhere.
test("a stream that breaks goes on, with no entry lost and none twice", async () => {
  let port = Number(new URL(origin).port), up = true;
  const sockets = new Set();
  const proxy = createServer((socket) => {
    if (!up) return socket.destroy();
    const on = connect(port, "127.0.0.1");
    for (const [from, to] of [[socket, on], [on, socket]]) {
      sockets.add(from);
      from.on("error", () => {}).on("close", () => { sockets.delete(from); to.destroy(); });
      from.pipe(to);
    }
  }).listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const other = spawn(process.env.graphemu, ["serve", "--http", "127.0.0.1:0", "--https", "", "--ready-file", "other.json", "--data-dir", "other", "--fixture", "one", "--quiet"], { stdio: "ignore" });
  await open("requests");
  const seen = await browser.newPage();
  try {
    // A page that nobody looks at leaves its connection to others: a browser has six to a server.
    await until(() => document.querySelector("#requests .hint").textContent.startsWith("Connecting"));
    await seen.goto(`http://127.0.0.1:${proxy.address().port}/_graphemu/#/${world}/requests`);
    const shown = (ids) => seen.waitForFunction((want) => [...document.querySelectorAll("#request-table tbody tr")].map((r) => r.dataset.id).join() === want, { timeout: 20000 }, ids.join());
    const of = async (at) => (await ask("GET", `${at}/_graphemu/worlds/${world}/journal`)).value.entries.map((e) => e.id).reverse();
    await shown(await of(origin));
    const cut = async () => {
      up = false;
      for (const s of sockets) s.destroy();
      await seen.waitForFunction(() => document.querySelector("#requests .hint").textContent.startsWith("Connecting"));
    };
    // The connection is cut, and calls come meanwhile.
    await cut();
    for (let i = 0; i < 5; i++) await graph("GET", "users?$top=1");
    up = true;
    await shown(await of(origin));
    // The world is reset meanwhile: what was before is of the past.
    await cut();
    await ask("POST", control("reset"), "{}");
    await graph("GET", "users?$top=1");
    up = true;
    await shown(await of(origin));
    // Another server has come in this one's place, with more entries than were seen.
    await cut();
    while (true) {
      try { port = Number(new URL(JSON.parse(readFileSync("other.json", "utf8")).http).port); break; } catch { await new Promise((done) => setImmediate(done)); }
    }
    const at = `http://127.0.0.1:${port}`;
    const last = (await of(origin))[0];
    for (let i = 0; i < last + 3; i++) await ask("GET", `${at}/beta/groups?$top=1`, undefined, { Authorization: `Bearer world-${world}` });
    up = true;
    await shown(await of(at));
    assert.equal(await seen.$$eval("#request-table .path", (list) => list.filter((c) => !c.textContent.includes("groups")).length), 0);
  } finally {
    await seen.close();
    await page.bringToFront();
    await until(() => document.querySelector("#requests .hint").textContent.startsWith("Live"));
    proxy.close();
    other.kill();
    await once(other, "exit");
  }
});

test("the keyboard alone leads through the page", async () => {
  await open("requests");
  await page.evaluate(() => { document.activeElement.blur(); scrollTo(0, 0); });
  await page.click("h1"); // the focus begins at the top
  const at = () => page.evaluate(() => { const a = document.activeElement; return a.id || a.dataset.view || a.textContent.trim(); });
  const way = [];
  for (let i = 0; i < 40 && way.at(-1) !== "request-list"; i++) {
    await page.keyboard.press("Tab");
    way.push(await at());
  }
  const wanted = ["world", "requests", "timeline", "objects", "steer", "worlds", "filter-operation", "filter-status", "filter-contains", "filter-since", "Filter", "All", "Forget all", "request-list"];
  assert.deepEqual(way.filter((w) => wanted.includes(w)), wanted);
  await page.keyboard.press("Tab");
  const id = await at();
  await page.keyboard.press("Enter");
  await until(() => document.activeElement.id === "detail" && document.querySelector("#detail h3"));
  assert.match(await text("#detail h3"), new RegExp(`^Entry ${id}:`));
  await page.keyboard.press("Escape");
  await until(() => !document.querySelector("#detail h3"));
  assert.equal(await at(), id);
  await page.focus("nav a[data-view=timeline]");
  await page.keyboard.press("Enter");
  await until(() => !document.getElementById("timeline").hidden && document.querySelector("#drawing a"));
  await page.$eval("#drawing a", (a) => a.focus());
  await page.keyboard.press("Enter");
  await until(() => document.activeElement.id === "detail");
});

test("of 10,000 entries no more than 300 rows are in the page, and they are the newest", async () => {
  await page.goto("about:blank"); // most of them come while nobody looks
  const requests = Array.from({ length: 20 }, (_, i) => ({ id: String(i), method: "GET", url: "/users?$top=1&$select=id" }));
  for (let i = 0; i < 50; i++) await Promise.all(Array.from({ length: 10 }, () => graph("POST", "$batch", { requests })));
  await page.goto(`${origin}/_graphemu/#/${world}/requests`);
  await until(() => document.querySelectorAll("#request-table tbody tr").length === 300);
  await graph("POST", "$batch", { requests });
  const newest = (await ask("GET", control("journal?limit=1"))).value.entries[0].id;
  await until((id) => document.querySelector(`#request-table tr[data-id="${id}"]`), String(newest));
  assert.ok(newest > 10000);
  assert.equal(await count("#request-table tbody tr"), 300);
  assert.match(await text("#requests .hint"), /^Live: the newest 300 requests/);
});

test("worlds are listed, switched and dropped", async () => {
  await open("worlds");
  await until((name) => document.getElementById("worlds").textContent.includes(name), world);
  await page.select("#world", "default");
  await until(() => location.hash === "#/default/worlds");
  page.once("dialog", (d) => d.accept());
  await page.waitForSelector(`[aria-label="Drop ${world}"]`);
  await page.$eval(`[aria-label="Drop ${world}"]`, (b) => b.click());
  await until(() => document.getElementById("notice").textContent.includes("was dropped"));
  assert.ok(!(await ask("GET", `${origin}/_graphemu/worlds`)).value.worlds.some((w) => w.name === world));
});

test("every view can be used by all, and fits a small screen", async () => {
  await ask("PUT", control("scenario"), scenario);
  await ask("POST", control("reset"), '{"fixture":"one"}');
  profile = (await graph("GET", "education/synchronizationProfiles")).value.value[0].id;
  for (let i = 0; i < 3; i++) await graph("POST", `education/synchronizationProfiles/${profile}/start`);
  const last = (await ask("GET", control("journal?limit=1"))).value.entries[0].id;
  // What is there once a view is whole. A world of its own holds axe: the page's policy lets no script in.
  const whole = { requests: "#detail h3", timeline: "#drawing .dot", objects: "#objects tbody tr", steer: "#steer tbody tr", worlds: "#worlds tbody tr" };
  const session = await page.createCDPSession();
  const { frameTree } = await session.send("Page.getFrameTree");
  const { executionContextId } = await session.send("Page.createIsolatedWorld", { frameId: frameTree.frame.id });
  await session.send("Runtime.evaluate", { expression: axe, contextId: executionContextId });
  const usable = async (what) => {
    const { result } = await session.send("Runtime.evaluate", { contextId: executionContextId, awaitPromise: true, returnByValue: true,
      expression: "axe.run(document).then(r => r.violations.map(v => v.id + ': ' + v.help + ' ' + v.nodes.slice(0, 3).map(n => n.html).join(' | ')))" });
    assert.deepEqual(result.value, [], what);
  };
  for (const scheme of ["light", "dark"]) {
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }, { name: "prefers-reduced-motion", value: "reduce" }]);
    for (const view of [`requests/${last}`, "timeline", "objects/v1.0/users", "steer", "worlds"]) {
      await open(view);
      await until((selector) => document.querySelector(selector), whole[view.split("/")[0]]);
      await usable(`${view}, ${scheme}`);
      assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
      for (const width of [360, 800, 1600]) {
        await page.setViewport({ width, height: 900 });
        const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.ok(over <= 0, `${view} at ${width} is ${over} too wide`);
        if (width === 360 && scheme === "light") await usable(`${view} at ${width}`); // its tables are stacked there
        await shoot(`${view.split("/")[0]}-${width}-${scheme}`);
      }
      await page.setViewport({ width: 1280, height: 900 });
    }
  }
});

test("nothing was loaded from elsewhere, and the browser had nothing to complain of", () => {
  assert.deepEqual(strangers, []);
  assert.deepEqual(complaints, []);
});
