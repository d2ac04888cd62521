import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import Ajv from "ajv/dist/2020.js";
import formats from "ajv-formats";
import parsePrometheus from "parse-prometheus-text-format";

const origin = JSON.parse(readFileSync(process.env.ready, "utf8")).http;
const base = `${origin}/_graphemu`;
const world = "openapi";

const get = async (path) => {
  const answer = await fetch(base + path);
  assert.equal(answer.status, 200, path);
  return answer.json();
};
const doc = await get("/openapi.json");

// The document and the schema files beside it, so that its references resolve.
const ajv = formats(new Ajv({ strict: false, allErrors: true }));
const address = "https://graphemu.test/_graphemu/";
ajv.addSchema({ ...doc, $id: `${address}openapi.json` });
for (const file of (await get("/schemas/")).schemas)
  ajv.addSchema({ ...(await get(`/schemas/${file}`)), $id: `${address}schemas/${file}` });

const resolve = (value) => {
  while (value?.$ref?.startsWith("#/"))
    value = value.$ref.slice(2).split("/").reduce((at, part) => at[part.replaceAll("~1", "/").replaceAll("~0", "~")], doc);
  return value;
};
const escape = (part) => part.replaceAll("~", "~0").replaceAll("/", "~1");
const absolute = (schema) => JSON.parse(JSON.stringify(schema).replaceAll('"#/', `"${address}openapi.json#/`).replaceAll('"schemas/', `"${address}schemas/`));

const operations = Object.entries(doc.paths).flatMap(([path, item]) =>
  Object.entries(item)
    .filter(([method]) => method !== "parameters")
    .map(([method, operation]) => ({ path, method, operation, parameters: [...(item.parameters ?? []), ...(operation.parameters ?? [])].map(resolve) })),
);
const named = (id) => operations.find(({ operation }) => operation.operationId === id);

// fits holds an answer against what the document says of that call.
const fits = async ({ path, method, operation }, answer) => {
  const where = `${method} ${path}: ${answer.status}`;
  const body = await answer.text();
  assert.ok(operation.responses[answer.status], `${where} is not in the document: ${body}`);
  const content = resolve(operation.responses[answer.status]).content;
  if (!content) {
    assert.equal(body, "", where);
    return undefined;
  }
  const media = answer.headers.get("content-type").split(";")[0];
  assert.ok(content[media], `${where}: ${media} is not in the document`);
  const value = media.endsWith("json") ? JSON.parse(body) : body;
  const valid = ajv.compile(absolute(content[media].schema));
  assert.ok(valid(value), `${where}: ${ajv.errorsText(valid.errors)}\n${body}`);
  return value;
};

// call makes a call of the document, and holds the answer against it.
const call = async (id, { body, variables = {}, accept, query = "" } = {}) => {
  const op = named(id);
  const path = op.path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent({ world, ...variables }[name]));
  const answer = await fetch(base + path + query, {
    method: op.method.toUpperCase(),
    body: typeof body === "string" || body === undefined ? body : JSON.stringify(body),
    headers: accept ? { Accept: accept } : {},
  });
  return { status: answer.status, value: await fits(op, answer), headers: answer.headers };
};

// ofGraph tells the calls that are Graph's own: their answers, statuses and errors are, too.
const ofGraph = ({ operationId }) => operationId.startsWith("worlds.graph.");

// graph makes a call of the emulated API.
const graph = (method, path, body) =>
  fetch(`${origin}/beta/education/synchronizationProfiles${path}`, {
    method,
    body: body && JSON.stringify(body),
    headers: { Authorization: `Bearer world-${world}`, "Content-Type": "application/json" },
  });

test("the document is OpenAPI 3.1", async () => {
  const validator = new Validator();
  for (const [, file] of JSON.stringify(doc).matchAll(/"\$ref":"schemas\/([^"#]+)/g))
    await validator.addSpecRef(await get(`/schemas/${file}`), `schemas/${file}`);
  const result = await validator.validate(structuredClone(doc));
  assert.ok(result.valid, JSON.stringify(result.errors, null, 2));
  assert.equal(validator.version, "3.1");
});

test("its schemas are JSON Schemas of draft 2020-12 that resolve", () => {
  for (const [name, schema] of Object.entries(doc.components.schemas)) {
    assert.ok(ajv.validateSchema(schema), `${name}: ${ajv.errorsText()}`);
    ajv.compile({ $ref: `${address}openapi.json#/components/schemas/${escape(name)}` });
  }
});

test("it has the calls that the server lists", async () => {
  const listed = (await call("index")).value.control;
  const described = operations.map(({ path, method }) => `${method.toUpperCase()} ${path.slice(1)}`).filter((line) => line !== "GET ");
  assert.deepEqual(described.sort(), listed.sort());
});

// What follows runs in one world, in this order.
let profile;

test("a world is filled", async () => {
  const made = await graph("POST", "", {
    displayName: "described",
    dataProvider: { "@odata.type": "#microsoft.graph.educationCsvDataProvider", customizations: null },
    identitySynchronizationConfiguration: {
      "@odata.type": "#microsoft.graph.educationIdentityCreationConfiguration",
      userDomains: [
        { appliesTo: "student", name: "testschool.edu" },
        { appliesTo: "teacher", name: "testschool.edu" },
      ],
    },
  });
  assert.equal(made.status, 202, await made.clone().text());
  profile = (await made.json()).id;

  const moved = await call("worlds.clock.set", { body: { advance: "idle" } });
  assert.ok(moved.value.happened.some((event) => event.profile === profile && event.to.state === "provisioned"), "what happened is told");

  assert.equal((await graph("POST", `/${profile}/start`)).status, 400, "its files are verified, and missed");

  const rule = { name: "slow-list", operation: "profiles.list", calls: "first 1", respond: { status: 429, retryAfter: "20s" } };
  const added = await call("worlds.faults.add", { body: rule });
  assert.equal(added.status, 201);
  assert.equal((await graph("GET", "")).status, 429);
  assert.equal((await graph("GET", "")).status, 200);
  assert.equal((await graph("PATCH", `/${profile}`, { nonsense: true })).status, 400);

  assert.equal((await call("worlds.faults.list")).value.faults.find((use) => use.rule.name === rule.name).fired, 1);
  const twice = await call("worlds.faults.add", { body: rule });
  assert.equal(twice.status, 409);
  const wrong = await call("worlds.faults.add", { body: { name: "x", operation: "profiles.strat", respond: { status: 99 }, nmae: 1 } });
  assert.equal(wrong.status, 400);
  assert.ok(wrong.value.errors.length >= 1);
});

test("every GET answers as described, in each media type", async () => {
  const entries = (await call("worlds.journal.list")).value.entries;
  assert.ok(entries.length >= 4);
  const variables = { file: "fixture.schema.json", scenario: "throttled", document: "beta.json", id: entries.at(-1).id };
  const assets = { "text/javascript": "app.js", "text/css": "page.css", "image/svg+xml": "icon.svg" }; // the name decides
  for (const op of operations.filter(({ method, operation }) => method === "get" && !ofGraph(operation))) {
    for (const media of Object.keys(op.operation.responses[200].content).filter((media) => !["application/jsonl", "text/event-stream"].includes(media))) {
      const format = { "application/json": "json", "text/plain": "text", "application/xml": "junit" }[media];
      const query = op.parameters.find(({ name }) => name === "format")?.schema.enum.includes(format) ? `?format=${format}` : "";
      const id = op.path.includes("/profiles/") ? profile : variables.id;
      const answer = await call(op.operation.operationId, { variables: { ...variables, id, asset: assets[media] }, accept: media, query });
      assert.equal(answer.status, 200, op.path);
      assert.equal(answer.headers.get("content-type").split(";")[0], media, op.path);
      assert.equal(answer.headers.get("cache-control"), "no-store", op.path);
    }
  }
});

test("the journal is followed, an entry a line", async () => {
  const end = new AbortController();
  const answer = await fetch(`${base}/worlds/${world}/journal?follow=true`, { signal: end.signal });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("content-type").split(";")[0], "application/jsonl");
  const chunks = answer.body.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  assert.equal((await graph("GET", "")).status, 200);
  let text = "";
  while (!text.includes("\n")) text += (await chunks.next()).value;
  const entry = JSON.parse(text.split("\n")[0]);
  assert.equal(entry.world, world);
  assert.ok(entry.id > 0);
  end.abort();
});

test("the journal's filters do as described", async () => {
  for (const [query, least] of [["?operation=profiles.*", 4], ["?status=4xx", 2], ["?contains=detail.fault.rule", 1], ["?since=1&limit=1", 1]]) {
    const { entries } = (await call("worlds.journal.list", { query })).value;
    assert.ok(entries.length >= least, query);
  }
  assert.equal((await call("worlds.journal.list", { query: "?opration=x" })).status, 400);
});

test("every change answers as described", async () => {
  const steps = [
    ["worlds.token", { body: { roles: ["EduAdministration.ReadWrite.All"], expires: "1h" } }, 200],
    ["worlds.token", {}, 200],
    ["worlds.token", { body: { user: "ann@testschool.edu", audience: "00000003-0000-0000-c000-000000000000", expires: "-1h", flaw: "signature" } }, 200],
    ["worlds.token", { body: { flaw: "signatur" } }, 400],
    ["worlds.revoke", {}, 200],
    ["worlds.device", { body: { userCode: "BCDFGHJKL", user: "ann@testschool.edu" } }, 409],
    ["worlds.device", { body: { userCode: "BCDFGHJKL" } }, 400],
    ["keys.rotate", {}, 200],
    ["keys.rotate", { body: { forget: true } }, 200],
    ["worlds.clock.set", { body: { freeze: true } }, 200],
    ["worlds.clock.set", { body: { freeze: false } }, 400],
    ["worlds.profiles.force", { body: { status: "quarantined" }, variables: { id: profile } }, 200],
    ["worlds.profiles.force", { body: { status: "quarantind" }, variables: { id: profile } }, 400],
    ["worlds.profiles.force", { body: { status: "quarantined" }, variables: { id: "nobody" } }, 404],
    ["worlds.scenario.put", { body: "version: 1\nname: put\nfaults:\n  - {name: a, operation: profiles.get, respond: {status: 503}}\n", query: "?name=put.yaml" }, 200],
    ["worlds.scenario.put", { body: "version: 1\nname: put\nfauts: []\n" }, 400],
    ["worlds.faults.remove", { variables: { name: "nothing" } }, 404],
    ["worlds.faults.remove", { variables: { name: "a" } }, 204],
    ["worlds.faults.clear", {}, 204],
    ["worlds.scenario.delete", {}, 204],
    ["worlds.journal.clear", {}, 204],
    ["worlds.journal.get", { variables: { id: 1 } }, 404],
    ["state.save", {}, 409],
  ];
  const waiting = await fetch(new URL("/common/oauth2/v2.0/devicecode", base), { method: "POST", body: new URLSearchParams({ client_id: "0a9e7c5d-1111-4222-8333-94445555aaaa", scope: "EduAdministration.Read" }) });
  const { user_code } = await waiting.json();
  steps.push(["worlds.device", { variables: { world: "default" }, body: { userCode: user_code, user: "ann@testschool.edu" } }, 204]);
  const snapshot = (await call("worlds.state.get")).value;
  steps.push(["worlds.state.put", { body: snapshot }, 200], ["worlds.state.put", { body: "{" }, 400], ["worlds.reset", {}, 200],
    ["worlds.reset", { body: { name: "a test", fixture: "contoso" } }, 200], ["worlds.reset", { body: { nmae: "a test" } }, 400],
    ["worlds.verify.forget", {}, 204], ["verify.forget", {}, 204], ["worlds.delete", {}, 204],
    ["worlds.delete", {}, 204], ["worlds.delete", { variables: { world: "default" } }, 409]);
  for (const [id, options, status] of steps) {
    const answer = await call(id, options);
    assert.equal(answer.status, status, `${id} ${JSON.stringify(options)}: ${JSON.stringify(answer.value)}`);
  }
  const done = new Set(steps.map(([id]) => id).concat("worlds.faults.add"));
  for (const { method, operation } of operations)
    assert.ok(method === "get" || ofGraph(operation) || done.has(operation.operationId), `${operation.operationId} was not tried`);
});

test("Graph for the test itself answers as Graph does, without a token", async () => {
  const at = (path) => `${base}/worlds/${world}/graph/v1.0/${path}`;
  const send = (method, path, body) =>
    fetch(at(path), { method, body: body && JSON.stringify(body), headers: body ? { "Content-Type": "application/json" } : {} });
  const made = await send("POST", "groups", { displayName: "Staff", mailNickname: "staff", mailEnabled: false, securityEnabled: true });
  assert.equal(made.status, 201);
  const { id } = await made.json();
  assert.equal((await send("PATCH", `groups/${id}`, { description: "All" })).status, 204);
  assert.equal((await (await send("GET", `groups/${id}`)).json()).description, "All");
  assert.equal((await send("DELETE", `groups/${id}`)).status, 204);
  const gone = await send("GET", `groups/${id}`);
  assert.equal(gone.status, 404);
  assert.equal((await gone.json()).error.code, "Request_ResourceNotFound");
});

test("a page of another origin is refused everywhere, as described", async () => {
  for (const op of operations) {
    const answer = await fetch(base + op.path.replace(/\{\w+\}/g, "1"), { method: op.method.toUpperCase(), headers: { Origin: "http://evil.example" } });
    assert.equal(answer.status, 403);
    await fits(op, answer);
  }
});

test("metrics are Prometheus' text format, and count", async () => {
  const text = (await call("metrics")).value;
  const metrics = parsePrometheus(text); // throws where a line is no sample
  const of = (name) => metrics.find((metric) => metric.name === name);
  const value = (name, wanted) =>
    Number(of(name).metrics.find(({ labels }) => Object.entries(wanted).every(([label, value]) => labels?.[label] === value))?.value);
  assert.equal(of("graphemu_requests_total").type, "COUNTER");
  assert.equal(value("graphemu_requests_total", { operation: "profiles.create", status: "202" }), 1);
  assert.equal(value("graphemu_requests_total", { operation: "profiles.list", status: "429" }), 1);
  assert.equal(value("graphemu_faults_fired_total", { rule: "slow-list" }), 1);
  assert.ok(value("graphemu_worlds", {}) >= 1);

  // This parser folds the label sets of a histogram into one.
  assert.equal(of("graphemu_request_duration_seconds").type, "HISTOGRAM");
  for (const sample of ['bucket{operation="profiles.create",le="+Inf"} 1', 'count{operation="profiles.create"} 1'])
    assert.ok(text.includes(`\ngraphemu_request_duration_seconds_${sample}\n`), sample);
});
