// The page at /_graphemu/ in a real browser: a client runs, and a person looks and steers.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
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
  assert.match(await text("#requests .hint"), /^Live: 1$/);
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

test("a hostile name stays a text", async () => {
  assert.equal((await ask("PATCH", `${origin}/_graphemu/worlds/${world}/graph/beta/education/synchronizationProfiles/${profile}`,
    JSON.stringify({ displayName: hostile }), { "Content-Type": "application/json" })).status < 300, true);
  await graph("GET", `users?$filter=${encodeURIComponent(hostile)}`);
  await graph("PATCH", `education/synchronizationProfiles/${profile}`, { displayName: hostile });
  const entries = (await ask("GET", control("journal"))).value.entries;
  await open(`requests/${entries.at(-1).id}`);
  await until(() => document.getElementById("detail").textContent.includes("onerror"));
  await open("objects/beta/education%2FsynchronizationProfiles");
  await until(() => document.getElementById("objects").textContent.includes("onerror"));
  assert.equal(await count("img, main script"), 0);
  assert.doesNotMatch(await page.title(), /owned/);
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
  await press("reset");
  await until(() => document.getElementById("notice").textContent === "The world began anew.");
  await open("requests");
  await until(() => document.querySelectorAll("#request-table tbody tr").length === 0);
});

test("no more than 300 rows are in the page, and they are the newest", async () => {
  for (let i = 0; i < 40; i++) await Promise.all(Array.from({ length: 10 }, () => graph("GET", "users?$top=1")));
  const newest = (await ask("GET", control("journal?limit=1"))).value.entries[0].id;
  await until((id) => document.querySelector(`#request-table tr[data-id="${id}"]`), String(newest));
  assert.equal(await count("#request-table tbody tr"), 300);
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
  for (const scheme of ["light", "dark"]) {
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    for (const view of [`requests/${last}`, "timeline", "objects/v1.0/users", "steer", "worlds"]) {
      await open(view);
      await page.waitForNetworkIdle({ idleTime: 200, concurrency: 1 }); // the stream stays open
      const session = await page.createCDPSession();
      const { frameTree } = await session.send("Page.getFrameTree");
      const { executionContextId } = await session.send("Page.createIsolatedWorld", { frameId: frameTree.frame.id });
      await session.send("Runtime.evaluate", { expression: axe, contextId: executionContextId });
      const { result } = await session.send("Runtime.evaluate", { contextId: executionContextId, awaitPromise: true, returnByValue: true,
        expression: "axe.run(document).then(r => r.violations.map(v => v.id + ': ' + v.help + ' ' + v.nodes.slice(0, 3).map(n => n.html).join(' | ')))" });
      assert.deepEqual(result.value, [], `${view}, ${scheme}`);
      await session.detach();
      for (const width of [360, 800, 1600]) {
        await page.setViewport({ width, height: 900 });
        const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.ok(over <= 0, `${view} at ${width} is ${over} too wide`);
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
