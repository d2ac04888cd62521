#!/usr/bin/env node
"use strict";
// Runs the binary in place of this program: same arguments, streams and exit code.
const { spawn } = require("node:child_process");
const { constants } = require("node:os");
const { binary } = require("../lib/binary.js");

let path;
try {
  path = binary();
} catch (error) {
  console.error(error.message);
  process.exit(125); // of graphemu exec: it is graphemu that failed, and not the command
}
const child = spawn(path, process.argv.slice(2), { stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    // Ctrl-C reaches all programs of a terminal by itself; a second signal would end graphemu by force.
    if (signal !== "SIGINT" || !(process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY)) child.kill(signal);
  });
}
child.on("error", (error) => {
  console.error(`graphemu: cannot run ${path}: ${error.message}`);
  process.exit(125);
});
child.on("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
