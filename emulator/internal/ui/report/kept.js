// What a report keeps of control calls. In a report it stands where api.js stands in the
// page: the same views ask it, and nothing goes out.

const data = JSON.parse(document.getElementById("data").textContent);

export const worlds = data.worlds;
export const path = (...parts) => parts.map(encodeURIComponent).join("/");

// call answers as the control API would, of what was kept. It fails where nothing was.
export async function call(method, url, body, accept = "application/json") {
  const [place, query = ""] = url.split(/\?(.*)/s);
  const [, name, what, ...rest] = place.split("/").map(decodeURIComponent);
  const world = worlds.find((w) => w.ref === name);
  if (!world || method !== "GET") throw new Error(world ? "A report changes nothing." : `The report has no world ${name}.`);
  switch (what) {
    case "verify": return world.verdict;
    case "due": return { due: world.due || [] };
    case "journal": return rest.length > 0 ? entry(world, rest[0], accept) : { entries: filtered(world.entries, Object.fromEntries(new URLSearchParams(query))) };
    case "graph": return graph(world, rest[0], rest.slice(1).join("/"), query);
  }
  throw new Error(`The report has no ${what}.`);
}

function entry(world, id, accept) {
  const found = world.entries.find((e) => String(e.id) === id);
  if (!found) throw new Error(`Entry ${id} is not in the report.`);
  if (accept === "text/plain") return world.explanations[id] || "";
  return found;
}

function graph(world, version, at, query) {
  if (at === "$metadata") return world.metadata[version] || "";
  const parts = at.split("/");
  const list = world.objects[version + "/" + parts.slice(0, -1).join("/")]?.value;
  const found = world.objects[version + "/" + at] || list?.find((o) => o.id === parts.at(-1));
  if (!found || query) throw new Error(`${at}${query ? "?" + query : ""} is not in the report: it has the first objects of each set, and those that the run has touched.`);
  return found;
}

// filtered are the entries that the filters of the journal let through, as far as they can
// be told without a server. It fails where one cannot be read.
export function filtered(entries, { operation, status, since, contains, limit }) {
  const tests = [];
  if (operation) tests.push(ofOperation(operation));
  if (status) {
    const of = /^([1-5])xx$/.exec(status);
    if (!of && !/^\d+$/.test(status)) throw new Error(`status ${status}: want a status, as 409, or 4xx; 0 is none.`);
    tests.push((e) => (of ? Math.floor(e.status / 100) === Number(of[1]) : e.status === Number(status)));
  }
  if (since) {
    const at = Date.parse(since), id = Number(since);
    if (Number.isNaN(at) && Number.isNaN(id)) throw new Error(`since ${since}: want the id of an entry, or an instant.`);
    tests.push((e) => (Number.isNaN(id) ? Date.parse(e.at) >= at : e.id > id));
  }
  if (contains) {
    const [, where, value] = /^([^=]*)=?([^]*)$/.exec(contains);
    tests.push((e) => found(e, where.split("."), contains.includes("=") ? value : null));
  }
  const list = entries.filter((e) => tests.every((t) => t(e)));
  return limit ? list.slice(-Number(limit)) : list;
}

function ofOperation(name) {
  const [, method, at] = /^([A-Z]+) (\/.*)$/.exec(name) || [];
  if (method) {
    const parts = at.split("/").filter(Boolean);
    return (e) => e.method === method && fits(parts, e.path.split("/").filter(Boolean).slice(1));
  }
  if (name === "*") return (e) => Boolean(e.operation) && !e.operation.startsWith("token.");
  return name.endsWith(".*") ? (e) => (e.operation || "").startsWith(name.slice(0, -1)) : (e) => e.operation === name;
}

const fits = (parts, path) => parts.length === path.length && parts.every((p, i) => /^\{.*\}$/.test(p) || p === path[i]);

function found(value, [part, ...rest], wanted) {
  if (part === undefined) return value !== undefined && (wanted === null || String(value) === wanted);
  if (value === null || typeof value !== "object" || !Object.hasOwn(value, part)) return false;
  return found(value[part], rest, wanted);
}

// Kept is the feed of a report: all that was kept, by the filter.
export class Kept {
  constructor(world) {
    this.world = world;
    this.filter = {};
    this.missed = 0;
    this.connected = true;
    this.begin();
  }

  begin() { this.entries = filtered(this.world.entries, this.filter); }
}
