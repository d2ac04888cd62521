// A good client on its way through a scenario: node journey.mjs [csv]. It finds
// the service by the variables that graphemu exec sets, waits as it is told, and
// prints as JSON what it saw. It exits with 1 where it gets no further.
import { createRequire } from "node:module";
import { setTimeout as rest } from "node:timers/promises";

const { Client, GraphError, PageIterator, RetryHandlerOptions } = createRequire(import.meta.url)("@microsoft/microsoft-graph-client");

const { GRAPHEMU_ORIGIN, GRAPHEMU_TOKEN, GRAPHEMU_CONTROL_URL, GRAPHEMU_TENANT } = process.env;
const csv = process.argv[2] === "csv"; // needs files, which cannot be uploaded; else PowerSchool, which starts by itself
const profiles = "/education/synchronizationProfiles";
const seen = [];
let retries = 0; // by the client's RetryHandler
let again = 0; // after it had given up

// Where nothing tells when to come back, its handler waits three seconds. That
// is a setting, and nobody learns anything by it.
const retry = new RetryHandlerOptions(0, 5, () => ++retries > 0);
const client = Client.init({ baseUrl: GRAPHEMU_ORIGIN, defaultVersion: "beta", authProvider: (done) => done(null, GRAPHEMU_TOKEN), customHosts: new Set(["localhost", "127.0.0.1"]) });
const at = (path) => client.api(path).middlewareOptions([retry]);

// A clock that stands still is moved by whoever waits.
async function clock(change) {
  const answer = await fetch(`${GRAPHEMU_CONTROL_URL.replace(/\/$/, "")}/worlds/${GRAPHEMU_TENANT}/clock`, change && {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(change),
  });
  if (!answer.ok) throw new Error(`clock: ${answer.status} ${await answer.text()}`);
  return answer.json();
}
const { mode } = await clock();
const pause = () => (mode === "frozen" ? clock({ advance: "500ms" }) : rest(3));

// send makes a call, again where no whole answer came: the handler repeats 429,
// 503 and 504 only.
async function send(call) {
  for (let tries = 1; ; tries++) {
    try {
      return await call();
    } catch (error) {
      const whole = error.statusCode > 0 && error.code !== "SyntaxError" && error.code !== "TypeError" && error.statusCode < 502;
      if (whole || tries === 10) throw error;
      again++;
      await rest(1100); // a 503 may have said: in a second
    }
  }
}

const says = (error) => (error.message ? `${error.statusCode} ${error.code}: ${error.message}` : `${error.statusCode} without a code`);
const see = (what) => what === seen.at(-1) || seen.push(what);

// until polls as long as done does not hold for what it reads.
async function until(read, done) {
  for (let reads = 0; reads < 5000; reads++) {
    const now = await read();
    if (done(now)) return now;
    await pause();
  }
  throw new Error(`still ${seen.at(-1)}`);
}

const state = (id, ...ends) =>
  until(
    async () => {
      const now = await send(() => at(`${profiles}/${id}`).get().then(({ state }) => state, gone));
      see(now);
      return now;
    },
    (now) => now === "gone" || ends.includes(now),
  );
const gone = (error) => {
  if (error.statusCode === 404) return "gone";
  throw error;
};

async function synced(id) {
  const { status } = await until(
    async () => {
      const now = await send(() => at(`${profiles}/${id}/profileStatus`).header("Prefer", "include-unknown-enum-members").get());
      see(now.errorCount > 0 ? `${now.status} with ${now.errorCount} errors` : now.status);
      return now;
    },
    ({ status }) => ["success", "error", "validationError", "quarantined"].includes(status),
  );
  return status;
}

async function errors(id) {
  const first = await send(() => at(`${profiles}/${id}/errors`).get());
  const ids = new Set();
  const pages = new PageIterator(client, first, (error) => ids.add(error.id) && true, { middlewareOptions: [retry] });
  await pages.iterate();
  if (!pages.isComplete() || ids.size !== first["@odata.count"]) throw new Error(`${ids.size} of ${first["@odata.count"]} errors`);
  see(`read ${ids.size} errors, ${first.value.length} at first`);
}

async function act(id, action) {
  await send(() => at(`${profiles}/${id}/${action}`).post(null));
  see(action);
}

async function start(id) {
  const { value } = await send(() => at(`${profiles}/${id}/start`).post(null));
  see(`start: ${value.length} messages`);
}

async function sync(id) {
  if (csv) await start(id);
  const status = await synced(id);
  if (status === "success") return;
  await errors(id);
  if (status === "validationError") await act(id, "resume");
  if (status === "quarantined") await act(id, "reset");
  if (status !== "error") await synced(id);
}

async function remove(id) {
  await send(() => at(`${profiles}/${id}`).delete());
  see("delete");
  return (await state(id, "deletionFailed")) === "gone";
}

const draft = {
  displayName: "North",
  dataProvider: csv
    ? { "@odata.type": "#microsoft.graph.educationCsvDataProvider" }
    : { "@odata.type": "#microsoft.graph.educationPowerSchoolDataProvider", connectionUrl: "https://sis.example.edu", clientId: "north", clientSecret: "planted", schoolYear: "2026", schoolsIds: ["1"], allowTeachersInMultipleSchools: true },
  identitySynchronizationConfiguration: {
    "@odata.type": "#microsoft.graph.educationIdentityCreationConfiguration",
    userDomains: [
      { appliesTo: "student", name: "contoso.edu" },
      { appliesTo: "teacher", name: "contoso.edu" },
    ],
  },
};

// What the service refuses is a part of the story; all else ends it.
const refused = (what) => (error) => {
  if (!(error instanceof GraphError) || error.statusCode !== 400) throw error;
  see(`${what} refused: ${says(error)}`);
};

async function journey() {
  const made = await send(() => at(profiles).post(draft)).catch(refused("create"));
  if (!made) return;
  see(`created ${made.state}`);
  if ((await state(made.id, "provisioned", "provisioningFailed")) === "provisioned") await sync(made.id).catch(refused("start"));
  if (!(await remove(made.id)) && !(await remove(made.id))) throw new Error("it cannot be deleted");
}

await journey();
console.log(JSON.stringify({ seen, retries, again }));
