// Files as people write them, and what the language server for YAML says of them.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";

const bin = createRequire(import.meta.url).resolve("yaml-language-server/bin/yaml-language-server");
const folder = process.cwd();
let server, nextId = 1;
const answers = new Map(), diagnostics = new Map(), requests = {
  // What it asks of an editor.
  "workspace/configuration": ({ items }) => items.map(({ section }) =>
    section === "yaml" ? { completion: true, hover: true, validate: true, schemaStore: { enable: false, url: "" } } : null),
};

function send(message) {
  const body = JSON.stringify({ jsonrpc: "2.0", ...message });
  server.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}
function ask(method, params) {
  const id = nextId++;
  send({ id, method, params });
  return new Promise((resolve, reject) => answers.set(id, { resolve, reject }));
}
function take(message) {
  if (message.method && message.id !== undefined) {
    send({ id: message.id, result: requests[message.method]?.(message.params) ?? null });
  } else if (message.method === "textDocument/publishDiagnostics") {
    const waiting = diagnostics.get(message.params.uri);
    waiting?.(message.params.diagnostics);
  } else if (answers.has(message.id)) {
    const { resolve, reject } = answers.get(message.id);
    answers.delete(message.id);
    message.error ? reject(new Error(message.error.message)) : resolve(message.result);
  }
}

before(async () => {
  server = spawn(process.execPath, [bin, "--stdio"], { stdio: ["pipe", "pipe", "inherit"] });
  let buffer = Buffer.alloc(0);
  server.stdout.on("data", (chunk) => {
    buffer = Buffer.concat([buffer, chunk]);
    for (;;) {
      const end = buffer.indexOf("\r\n\r\n");
      if (end < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(buffer.subarray(0, end).toString())[1]);
      if (buffer.length < end + 4 + length) return;
      const body = buffer.subarray(end + 4, end + 4 + length).toString();
      buffer = buffer.subarray(end + 4 + length);
      take(JSON.parse(body));
    }
  });
  await ask("initialize", { processId: process.pid, rootUri: pathToFileURL(folder).href, workspaceFolders: [{ uri: pathToFileURL(folder).href, name: "work" }],
    capabilities: { workspace: { configuration: true }, textDocument: { completion: { completionItem: { documentationFormat: ["markdown"] } }, hover: { contentFormat: ["markdown"] } } } });
  send({ method: "initialized", params: {} });
});
after(() => server?.kill());

// open shows a text to the server, and returns what it finds wrong. Where the text
// has a | it is taken out: that is where the cursor stands.
async function open(name, text) {
  const at = text.indexOf("|");
  const lines = text.slice(0, Math.max(at, 0)).split("\n");
  const uri = pathToFileURL(path.join(folder, name)).href;
  const found = new Promise((resolve) => diagnostics.set(uri, resolve));
  send({ method: "textDocument/didOpen", params: { textDocument: { uri, languageId: "yaml", version: 1, text: text.replace("|", "") } } });
  return { problems: await found, place: { textDocument: { uri }, position: { line: lines.length - 1, character: lines.at(-1).length } } };
}
const completions = async (name, text) => (await ask("textDocument/completion", (await open(name, text)).place)).items;
const documentation = (item) => item.documentation?.value ?? item.documentation ?? "";

const scenario = "# yaml-language-server: $schema=schemas/scenario.schema.json\nversion: 1\n";
const config = "# yaml-language-server: $schema=schemas/config.schema.json\n";

test("an operation is completed, with what it is", async () => {
  const items = await completions("operation.yaml", scenario + "faults:\n  - operation: |\n");
  const named = Object.fromEntries(items.map((i) => [i.label, i]));
  for (const name of ["users.create", "profiles.start", "groups.members.add", "token.clientCredentials", "upload.putBlockList", "users.*", "graph.*"]) {
    assert.ok(named[name], `${name} is not among ${items.length}`);
  }
  assert.match(documentation(named["users.create"]), /Create a user: POST \/users/);
  assert.match(documentation(named["users.*"]), /Every operation whose name begins with users\./);
});

test("a lifecycle, a throttle and an expectation complete operations too", async () => {
  for (const [name, text] of Object.entries({ expect: "expect:\n  - operation: |\n", throttle: "throttle:\n  - operations:\n      - |\n" })) {
    const labels = (await completions(`${name}.yaml`, scenario + text)).map((i) => i.label);
    assert.ok(labels.includes("users.create"), `${name}: ${labels.slice(0, 5)}`);
  }
});

test("what is right has no problem, whatever operation it names", async () => {
  const { problems } = await open("right.yaml", scenario + `name: right
faults:
  - {operation: users.create, calls: first 1, respond: {status: 429, retryAfter: 20s}}
  - {operation: users.messages.list, respond: {status: 503}}
  - {operation: "GET /me/messages", respond: {status: 200, body: {value: []}}}
  - {operation: "profiles.errors.*", delay: 80ms}
expect:
  - {operation: "*", noEarlyRetry: true}
`);
  assert.deepEqual(problems, []);
});

test("a key that there is not, and what is no operation, have one problem each", async () => {
  const { problems } = await open("wrong.yaml", scenario + "faults:\n  - {operation: users.create, respondd: {status: 429}}\n");
  assert.equal(problems.length, 1, JSON.stringify(problems));
  assert.match(problems[0].message, /respondd/);
  assert.equal(problems[0].range.start.line, 3);
  const form = await open("form.yaml", scenario + "faults:\n  - operation: users create\n");
  assert.equal(form.problems.length, 1, JSON.stringify(form.problems));
  assert.equal(form.problems[0].range.start.line, 3);
});

test("an operation is explained where it stands", async () => {
  const { place } = await open("hover.yaml", scenario + "faults:\n  - operation: users.cr|eate\n");
  const { contents } = await ask("textDocument/hover", place);
  assert.match(contents.value ?? JSON.stringify(contents), /Create a user: POST \/users/);
});

test("graphemu.yaml is completed and checked", async () => {
  const keys = (await completions("graphemu-1.yaml", config + "clock: x60\n|")).map((i) => i.label);
  for (const key of ["scenario", "fixture", "verify", "max-body"]) assert.ok(keys.includes(key), key);
  const values = (await completions("graphemu-2.yaml", config + "auth: |\n")).map((i) => i.label);
  for (const value of ["lenient", "strict", "off"]) assert.ok(values.includes(value) || values.includes(`"${value}"`), `${value}: ${values}`); // off is quoted, for YAML 1.1
  assert.deepEqual((await open("graphemu-3.yaml", config + "auth: off\nscenario: [throttled, nightly.yaml]\nseed: 7\nwatch: true\nmax-body: 8MiB\ntimeout: 90s\n")).problems, []);
  const { problems } = await open("graphemu-4.yaml", config + "scenaro: throttled\n");
  assert.equal(problems.length, 1, JSON.stringify(problems));
});

test("scenario new --schema writes a file that an editor knows without a network", async () => {
  const made = spawnSync(process.env.graphemu, ["scenario", "new", "--schema", "mine.yaml"], { encoding: "utf8" });
  assert.equal(made.status, 0, made.stderr);
  const { readFileSync } = await import("node:fs");
  const text = readFileSync("mine.yaml", "utf8");
  assert.match(text.split("\n")[0], /^# yaml-language-server: \$schema=\.\/scenario\.schema\.json$/);
  assert.deepEqual((await open("mine.yaml", text)).problems, []);
  writeFileSync("mine.yaml", text);
  const items = await completions("mine-2.yaml", text.split("\n")[0] + "\nversion: 1\nfaults:\n  - operation: |\n");
  assert.ok(items.some((i) => i.label === "users.create"));
});
