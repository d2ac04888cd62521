// A person opens a page, signs in, and is there; the page asks no other host.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { after, before, test } from "node:test";
import puppeteer from "puppeteer-core";

const ready = JSON.parse(readFileSync(process.env.ready, "utf8"));
const home = new URL(process.env.PAGE);
const html = `<!doctype html><meta charset="utf-8"><title>page</title><link rel="icon" href="data:,">
<script type="importmap">{"imports": {"@azure/msal-browser": "/node_modules/@azure/msal-browser/dist/index.mjs",
  "@azure/msal-common/browser": "/node_modules/@azure/msal-common/dist-browser/index-browser.mjs"}}</script>
<p id="who"></p><script type="module" src="/app.js"></script>`;
const app = readFileSync("app.js", "utf8").replaceAll("https://localhost:9443", ready.https).replaceAll("localhost:9443", new URL(ready.https).host);

let site, browser, page;
const complaints = [], strangers = new Set(), asked = [];

before(async () => {
  site = createServer((request, answer) => {
    const file = new URL(request.url, home).pathname;
    const [type, text] = file === "/" ? ["text/html", html] : file === "/app.js" ? ["text/javascript", app]
      : ["text/javascript", readFileSync(path.join(process.cwd(), path.normalize(file)))];
    answer.writeHead(200, { "Content-Type": type }).end(text);
  });
  await new Promise((listens) => site.listen(Number(home.port), "127.0.0.1", listens));
  browser = await puppeteer.launch({ executablePath: process.env.CHROMIUM, headless: true, args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] });
  page = await browser.newPage();
  page.on("console", (m) => { if (m.type() === "error") complaints.push(m.text()); });
  page.on("pageerror", (e) => complaints.push(String(e)));
  page.on("request", (r) => {
    const { protocol, host, pathname } = new URL(r.url());
    asked.push(`${r.method()} ${pathname}`);
    if (protocol !== "data:" && host !== home.host && host !== new URL(ready.https).host) strangers.add(r.url());
  });
});
after(async () => { await browser?.close(); site?.close(); });

const who = () => page.waitForFunction(() => document.getElementById("who")?.textContent, { timeout: 30000 }).then((h) => h.jsonValue());

test("a person signs in, and the page calls Graph", async () => {
  await page.goto(home.href);
  await page.waitForFunction((host) => location.host === host, { timeout: 30000 }, new URL(ready.https).host);
  const pick = await page.waitForSelector("xpath///button[contains(., 'Bob')]");
  await pick.click();
  assert.equal(await who(), "Bob");
});

test("after a reload the person is still there, without a page to sign in", async () => {
  const before = asked.filter((call) => call.includes("/authorize")).length;
  await page.reload();
  assert.equal(await who(), "Bob");
  assert.equal(asked.filter((call) => call.includes("/authorize")).length, before);
});

test("no other host was asked, and nothing was wrong", () => {
  assert.deepEqual([...strangers], []);
  assert.deepEqual(complaints, []);
  assert.ok(!asked.some((call) => call.includes("discovery/instance")), "known authorities need no instance discovery");
});
