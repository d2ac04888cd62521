"use strict";
// Starts the binary, and ends it.
const { spawn } = require("node:child_process");
const { mkdtempSync, readFileSync, rmSync, writeFileSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join } = require("node:path");
const { binary } = require("./binary.js");

const known = ["scenario", "fixture", "metadata", "auth", "clock", "seed", "verify", "variants", "args", "binary", "log"];
const tail = 64 << 10; // of what the server logs, for the error that says why it did not start

const list = (value) => (value === undefined ? [] : Array.isArray(value) ? value : [value]);

/** The arguments that these options mean. What is no name or path is written to a file. */
function arguments_(options, folder) {
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw new TypeError(`graphemu: there is no option ${name}, only ${known.join(", ")}`);
  }
  const file = (name, value) => {
    if (typeof value === "string") return value;
    writeFileSync(join(folder, name), JSON.stringify(value));
    return join(folder, name);
  };
  const args = [];
  list(options.scenario).forEach((s, i) => args.push("--scenario", file(`scenario-${i}.yaml`, s))); // JSON is YAML
  if (options.fixture !== undefined) args.push("--fixture", file("fixture.json", options.fixture));
  for (const m of list(options.metadata)) args.push("--metadata", m);
  for (const [name, reading] of Object.entries(options.variants ?? {})) args.push("--variant", `${name}=${reading}`);
  for (const name of ["auth", "clock", "seed", "verify"]) {
    if (options[name] !== undefined) args.push(`--${name}`, String(options[name]));
  }
  return [...args, ...list(options.args)];
}

/**
 * Starts a server on free ports. It ends with stop, and by itself where this process is gone:
 * its standard input is a pipe from here, and it ends when that closes.
 */
async function launch(options) {
  const folder = mkdtempSync(join(tmpdir(), "graphemu-"));
  const clean = () => {
    try {
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    } catch {} // still in use by a server that ends at this moment
  };
  try {
    const readyFile = join(folder, "ready.json");
    const args = ["serve", "--http", "127.0.0.1:0", "--https", "localhost:0", ...arguments_(options, folder)];
    args.push("--data-dir", join(folder, "data"), "--ready-file", readyFile, "--until-stdin-closes");
    const path = options.binary ?? binary();
    const child = spawn(path, args, { stdio: ["pipe", "pipe", options.log ? "inherit" : "pipe"] });
    let said = "";
    child.stderr?.setEncoding("utf8").on("data", (text) => (said = (said + text).slice(-tail)));
    child.stdin.on("error", () => {}); // it ended first
    const ended = new Promise((resolve) => {
      child.on("error", (error) => resolve(`cannot run ${path}: ${error.message}`));
      child.on("close", (code, signal) => resolve(`ended with ${signal ?? `exit code ${code}`}`));
    });
    // The banner is printed when the ready file is there.
    const started = new Promise((resolve) => child.stdout.on("data", () => resolve("")));
    const problem = await Promise.race([started, ended]);
    if (problem) throw new Error(`graphemu did not start: ${said.trim().replace(/^graphemu: /, "") || problem}`);
    const ready = JSON.parse(readFileSync(readyFile, "utf8"));

    // A server that was not stopped keeps no test runner from ending.
    for (const handle of [child, child.stdin, child.stdout, child.stderr]) handle?.unref();
    process.once("exit", clean);
    let stopping;
    const stop = () =>
      (stopping ??= (async () => {
        for (const handle of [child, child.stdout, child.stderr]) handle?.ref();
        child.stdin.end();
        const late = setTimeout(() => child.kill("SIGKILL"), 10_000);
        await ended;
        clearTimeout(late);
        process.off("exit", clean);
        clean();
      })());
    return { ready, stop };
  } catch (error) {
    clean();
    throw error;
  }
}

module.exports = { launch };
