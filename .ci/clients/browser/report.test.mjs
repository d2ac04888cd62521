// A report is opened as a file, as from the artifacts of a job: no server is there any more.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import puppeteer from "puppeteer-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const shots = process.env.SCREENSHOTS;
const hostile = `<img src=x onerror="document.title='owned'"></script><script>document.title='owned'</script>`;

writeFileSync("busy.yaml", `version: 1
name: busy
faults:
  - {name: busy, operation: groups.list, calls: first 2, respond: {status: 429, retryAfter: 20s}}
expect:
  - {operation: "*", noEarlyRetry: true}
`);
// The client comes too early, makes a group of a hostile name, and is somebody else's client, too.
writeFileSync("client.mjs", `
const { GRAPHEMU_V1_HTTP_URL: at, GRAPHEMU_TOKEN: mine } = process.env;
const call = async (method, path, body, token = mine) => (await fetch(at + path, { method, body: body && JSON.stringify(body),
  headers: { Authorization: "Bearer " + token, "Content-Type": "application/json" } })).json();
for (let i = 0; i < 3; i++) await call("GET", "/groups");
const user = (await call("GET", "/users?$top=1")).value[0].id;
const group = await call("POST", "/groups", { displayName: ${JSON.stringify(hostile)}, mailEnabled: false, mailNickname: "staff", securityEnabled: true,
  "members@odata.bind": [at + "/users/" + user] });
await call("PATCH", "/groups/" + group.id, { description: ${JSON.stringify(hostile)} }).catch(() => {});
await call("GET", "/users?$filter=" + encodeURIComponent(${JSON.stringify(hostile)}));
await call("GET", "/users?$top=1", undefined, "world-quiet");
`);

// made runs exec with a report; how the client did is not asked.
function made(file, ...flags) {
  try {
    execFileSync(process.env.graphemu, ["exec", "--fixture", "contoso", "--clock", "frozen@2026-01-05T06:00:00Z", "--report", file, ...flags, "--", "node", "client.mjs"], { stdio: "pipe" });
  } catch (error) {
    if (error.status !== 123 && error.status !== 1) throw new Error(String(error.stderr));
  }
}

let browser, page;
const complaints = [], requests = [];
const text = (selector) => page.$eval(selector, (n) => n.textContent);
const count = (selector) => page.$$eval(selector, (list) => list.length);
const until = (f, ...args) => page.waitForFunction(f, { timeout: 20000 }, ...args);
const go = (hash) => page.evaluate((h) => { location.hash = h; }, hash);
const shoot = async (name) => { if (shots) { mkdirSync(shots, { recursive: true }); await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true }); } };
const load = async (file) => {
  requests.length = 0;
  await page.goto("about:blank");
  await page.goto(pathToFileURL(file).href);
  await until(() => document.querySelectorAll("#request-table tbody tr").length > 0);
};
// checker holds axe in a world of its own, of the page as it was loaded.
const checker = async () => {
  const session = await page.createCDPSession();
  const { frameTree } = await session.send("Page.getFrameTree");
  const { executionContextId } = await session.send("Page.createIsolatedWorld", { frameId: frameTree.frame.id });
  await session.send("Runtime.evaluate", { expression: axe, contextId: executionContextId });
  return { session, executionContextId };
};
const usable = async ({ session, executionContextId }, what) => {
  const { result } = await session.send("Runtime.evaluate", { contextId: executionContextId, awaitPromise: true, returnByValue: true,
    expression: "axe.run(document).then(r => r.violations.map(v => v.id + ': ' + v.help + ' ' + v.nodes.slice(0, 3).map(n => n.html).join(' | ')))" });
  assert.deepEqual(result.value, [], what);
};

before(async () => {
  made("report.html", "--scenario", "busy.yaml", "--har", "run.har");
  made("card.html", "--each-scenario", "default,busy.yaml,upload-expires");
  browser = await puppeteer.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", headless: true, args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] });
  page = await browser.newPage();
  await page.setViewport({ width: 1280, height: 900 });
  page.on("console", (m) => complaints.push(m.text()));
  page.on("pageerror", (e) => complaints.push(String(e)));
  page.on("request", (r) => { if (!r.url().startsWith("data:") && r.url() !== "about:blank") requests.push(r.url()); });
});
after(() => browser?.close());

test("a report tells the first cause, and whose client it was", async () => {
  await load("report.html");
  assert.equal(await page.$eval("#verdict", (n) => n.className), "bad");
  assert.match(await text("#verdict-line"), /^Not passed\. Expected: .*Retry-After.*\. But 2 calls were early/);
  assert.match(await text("#ended"), /^failed: node ended with exit code 0, but as a client it did not do as expected\. It made \d+ calls, 2 retries, 2 early calls\.$/);
  assert.deepEqual(await page.$$eval("#world option", (list) => list.map((o) => o.textContent)), ["default (not passed)", "quiet"]);
  assert.match(await text("#now"), /^2026-01-05 06:00:00\.000 frozen$/);
  assert.equal(await count("#request-table tr.early"), 2);
  await page.select("#world", "quiet");
  await until(() => document.querySelectorAll("#request-table tbody tr").length === 1);
  assert.equal(await page.$eval("#verdict", (n) => n.className), "good");
  assert.match(await text("#requests .hint"), /^1 request$/);
  await page.select("#world", "default");
  await until(() => document.querySelectorAll("#request-table tbody tr").length > 1);
});

test("a request is explained, and filters are those of the journal", async () => {
  await go("#/default/requests/2");
  await until(() => document.querySelector("#detail h3")?.textContent.startsWith("Entry 2"));
  const said = await text("#detail");
  for (const part of ["The client came too early", "Copy as curl", "Body of the answer", "As JSON"]) assert.ok(said.includes(part), part);
  assert.ok(!said.includes("duration"));
  await page.type("#filter-status", "4xx");
  await page.keyboard.press("Enter");
  await until(() => [...document.querySelectorAll("#request-table tbody .status")].every((n) => n.textContent.startsWith("4")));
  assert.match(await text("#requests .hint"), /^\d+ of \d+ requests, filtered$/);
  await page.$eval("#filter-status", (i) => { i.value = "soon"; });
  await page.focus("#filter-status");
  await page.keyboard.press("Enter");
  await until(() => document.getElementById("notice").textContent.includes("soon"));
  await page.evaluate(() => [...document.querySelectorAll("#requests button")].find((b) => b.textContent === "All").click());
  await until(() => document.querySelectorAll("#request-table tbody tr").length > 5);
  assert.equal(await page.$$eval("#requests button", (list) => list.filter((b) => b.textContent === "Forget all").length), 0);
});

test("the timeline is drawn as on the page", async () => {
  await go("#/default/timeline");
  await page.waitForSelector("#drawing");
  assert.equal(await count("#drawing .dot.early"), 2);
  assert.equal(await count("#drawing .band:not(.other)"), 2);
});

test("objects lead to each other and to what changed them, and hostile names stay texts", async () => {
  await go("#/default/objects/v1.0/groups");
  await until(() => document.getElementById("objects").textContent.includes("onerror"));
  await page.evaluate(() => [...document.querySelectorAll("#objects tbody tr")].find((r) => r.textContent.includes("onerror")).querySelector("a").click());
  await until(() => document.getElementById("object-journal")?.textContent.includes("#"));
  await page.evaluate(() => [...document.querySelectorAll("#objects .sets a")].find((a) => a.textContent === "members").click());
  await until(() => document.querySelectorAll("#objects tbody tr").length === 1);
  await go("#/default/objects/v1.0/nothing");
  await until(() => document.getElementById("objects").textContent.includes("is not in the report"));
  await go("#/default/run");
  await until(() => !document.getElementById("run").hidden);
  assert.match(await text("#again"), /^graphemu exec --clock frozen@2026-01-05T06:00:00Z --fixture contoso --har run\.har --report report\.html --scenario busy\.yaml -- node client\.mjs$/);
  assert.match(await text("#run"), /name: busy/);
  assert.equal(await count("img, main script"), 0);
  assert.doesNotMatch(await page.title(), /owned/);
});

test("a series begins with its card, and the failed runs come first", async () => {
  await load("card.html");
  assert.match(await text("#card-title"), /^Report card: 1 of 3 passed, 1 not exercised$/);
  assert.deepEqual(await page.$$eval("#card tbody tr", (rows) => rows.map((r) => [...r.children].slice(0, 2).map((c) => c.textContent).join(" "))),
    ["default passed", "busy.yaml failed", "upload-expires not exercised"]);
  assert.match((await page.$$eval("#world option", (list) => list.map((o) => o.value)))[0], /^busy\.yaml: default$/);
  assert.match(await text("#verdict-line"), /^Not passed\. Run busy\.yaml: Expected: /);
  await page.evaluate(() => [...document.querySelectorAll("#card a")].find((a) => a.textContent === "default").click());
  await until(() => document.getElementById("verdict").className === "good");
  assert.equal(await page.$eval("#world", (s) => s.value), "default: default");
});

test("all can use it, and it fits a small screen", async () => {
  for (const [file, first] of [["report.html", "default"], ["card.html", "busy.yaml: default"]]) {
    for (const scheme of ["light", "dark"]) {
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
      await load(file);
      const axes = await checker();
      for (const view of ["requests/2", "timeline", "objects/v1.0/groups", "run"]) {
        await go(`#/${encodeURIComponent(first)}/${view}`);
        await until((id) => !document.getElementById(id).hidden, view.split("/")[0]);
        await until((id) => document.getElementById(id + "-content").childElementCount > 0, view.split("/")[0]);
        await usable(axes, `${file}, ${view}, ${scheme}`);
        for (const width of [360, 800, 1400]) {
          await page.setViewport({ width, height: 900 });
          const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
          assert.ok(over <= 0, `${file}, ${view} at ${width} is ${over} too wide`);
          await shoot(`${file.replace(".html", "")}-${view.split("/")[0]}-${width}-${scheme}`);
        }
        await page.setViewport({ width: 1280, height: 900 });
      }
    }
  }
});

test("without JavaScript the verdict and the requests are there as text", async () => {
  await page.setJavaScriptEnabled(false);
  await page.goto("about:blank");
  await page.goto(pathToFileURL("report.html").href);
  const said = await page.$eval("body", (b) => b.innerText);
  await page.setJavaScriptEnabled(true);
  for (const part of ["Not passed", "NOT verified: 1 of 1 expectation not met", "GET /v1.0/groups", "graphemu exec"]) assert.ok(said.includes(part), part);
});

test("Chromium's own tools read the HTTP archive of the run", async () => {
  const tools = await browser.newPage();
  await tools.goto(`http://${new URL(browser.wsEndpoint()).host}/devtools/devtools_app.html`);
  const seen = await tools.evaluate(async (text) => {
    const { HARFormat, Importer } = await import("./models/har/har.js");
    const list = Importer.Importer.requestsFromHARLog(new HARFormat.HARRoot(JSON.parse(text)).log);
    return Promise.all(list.map(async (r) => ({ method: r.requestMethod, path: new URL(r.url()).pathname, status: r.statusCode, type: r.resourceType().name(), start: r.startTime,
      sent: await r.requestFormData(), got: (await r.requestContentData()).text })));
  }, readFileSync("run.har", "utf8"));
  await tools.close();
  assert.deepEqual(seen.slice(0, 2).map((r) => `${r.method} ${r.path} ${r.status} ${r.type}`), Array(2).fill("GET /v1.0/groups 429 fetch"));
  assert.equal(seen[0].start, Date.UTC(2026, 0, 5, 6) / 1000);
  assert.equal(JSON.parse(seen[0].got).error.code, "TooManyRequests");
  const made = seen.find((r) => r.method === "POST");
  assert.equal(made.status, 201);
  assert.equal(JSON.parse(made.sent).displayName, hostile);
  assert.equal(JSON.parse(made.got).displayName, hostile);
});

test("nothing was asked for but the file, and the browser had nothing to complain of", async () => {
  await load("report.html");
  assert.deepEqual(requests, [pathToFileURL("report.html").href]);
  assert.deepEqual(complaints, []);
});
