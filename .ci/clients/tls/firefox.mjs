// firefox.mjs PROFILE URL…: opens each URL in a Firefox without a window, and
// prints "ok" for those that it shows, or else the error page's words. Exit code 1
// where one was not shown. It speaks Marionette, Firefox's own remote control:
// messages [0, id, command, parameters] as JSON, each after its length and a colon
// (documented: Firefox source docs, Marionette Protocol).
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, watch, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";

const [profile, ...urls] = process.argv.slice(2);
// Port 0: Firefox takes a free one and writes it down. No proxy, and nothing that
// Firefox fetches by itself.
writeFileSync(
  join(profile, "user.js"),
  [
    ["marionette.port", 0],
    ["network.proxy.type", 0],
    ["network.dns.localDomains", "graph.microsoft.com"], // resolves to this machine, so no name leaves it
    ["app.update.disabledForTesting", true],
    ["datareporting.policy.dataSubmissionEnabled", false],
    ["toolkit.telemetry.server", ""],
    ["network.captive-portal-service.enabled", false],
    ["network.connectivity-service.enabled", false],
    ["browser.safebrowsing.malware.enabled", false],
    ["browser.safebrowsing.phishing.enabled", false],
    ["services.settings.server", "data:,"],
  ]
    .map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`)
    .join(""),
);
const program = process.env.FIREFOX ?? "firefox-esr";
const firefox = spawn(program, ["--headless", "--no-remote", "--marionette", "--profile", profile], { stdio: "ignore" });
process.on("exit", () => firefox.kill());
firefox.on("error", (error) => fail(error.message));

const fail = (why) => {
  console.log(why);
  process.exit(1);
};

const portFile = join(profile, "MarionetteActivePort");
const port = await new Promise((resolve) => {
  const look = () => {
    const text = existsSync(portFile) ? readFileSync(portFile, "utf8").trim() : "";
    if (text) resolve(Number(text));
  };
  watch(profile, look);
  look();
});
const socket = connect(port, "127.0.0.1");
let buffer = Buffer.alloc(0);
const waiting = new Map();
socket.on("error", (error) => fail(`Marionette: ${error.message}`));
socket.on("data", (data) => {
  buffer = Buffer.concat([buffer, data]);
  for (;;) {
    const colon = buffer.indexOf(":");
    const end = colon + 1 + Number(buffer.subarray(0, Math.max(colon, 0)));
    if (colon < 1 || buffer.length < end) return;
    const message = JSON.parse(buffer.subarray(colon + 1, end));
    buffer = buffer.subarray(end);
    if (Array.isArray(message)) waiting.get(message[1])?.(message); // the first message, a greeting, is no array
  }
});
let last = 0;
const call = (command, parameters = {}) =>
  new Promise((resolve, reject) => {
    const id = ++last;
    waiting.set(id, ([, , error, value]) => (error ? reject(new Error(`${error.error}: ${error.message}`)) : resolve(value)));
    const text = JSON.stringify([0, id, command, parameters]);
    socket.write(`${Buffer.byteLength(text)}:${text}`);
  });

await call("WebDriver:NewSession", { capabilities: { alwaysMatch: { acceptInsecureCerts: false } } });
let code = 0;
for (const url of urls) {
  try {
    await call("WebDriver:Navigate", { url });
    console.log(`ok ${url}`);
  } catch (error) {
    code = 1;
    const page = await call("WebDriver:GetPageSource").catch(() => ({ value: "" }));
    const found = /\b(?:SEC|SSL|MOZILLA_PKIX)_ERROR_[A-Z_]+/.exec(error.message + page.value);
    console.log(`${found?.[0] ?? error.message.slice(0, 300)} ${url}`);
  }
}
await call("Marionette:Quit", { flags: ["eForceQuit"] }).catch(() => {});
if (firefox.exitCode === null) await once(firefox, "exit");
process.exit(code);
