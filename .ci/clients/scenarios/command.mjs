import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { SaxesParser } from "saxes";

// graphemu runs the binary, and returns its exit code and what it said.
export function graphemu(args, env = {}) {
  return new Promise((done, fail) => {
    const child = spawn(process.env.graphemu, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    const said = { out: "", err: "" };
    child.stdout.setEncoding("utf8").on("data", (text) => (said.out += text));
    child.stderr.setEncoding("utf8").on("data", (text) => (said.err += text));
    child.on("error", fail);
    child.on("close", (code, signal) => done({ code, signal, ...said, all: `exit code ${code}\n${said.out}\n${said.err}` }));
  });
}

// junit reads a file in which a verdict stands: the names of its suites, and the
// messages of the tests that failed. It errs where the file is no XML, or its
// numbers are not those of what it holds.
export function junit(file) {
  const found = { suites: [], failures: [] };
  const counted = { tests: 0, failures: 0 };
  let tests = 0;
  const parser = new SaxesParser();
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", ({ name, attributes }) => {
    if (name === "testsuite") {
      found.suites.push(attributes.name);
      counted.tests += Number(attributes.tests);
      counted.failures += Number(attributes.failures);
    }
    if (name === "testcase") tests++;
    if (name === "failure") found.failures.push(attributes.message);
  });
  parser.write(readFileSync(file, "utf8")).close();
  assert.ok(tests > 0, `${file} has tests`);
  assert.deepEqual(counted, { tests, failures: found.failures.length }, `${file}: what it says and what it has`);
  return found;
}
