// What is in the world, by Graph as the test itself asks it: no token, no journal entry.

import { call } from "./api.js";
import { attempt, el, field, pre, show, table } from "./dom.js";
import { linksOf, parse, walk } from "./model.js";

let models = new Map(), ofWorld = "", turn = 0;

export async function enter(app, content) {
  const [version = "v1.0", at = ""] = app.arguments;
  const mine = ++turn;
  if (ofWorld !== app.world) models = new Map(), ofWorld = app.world;
  const url = (p, v = version) => app.url("graph") + "/" + v + "/" + p;
  const modelOf = async (v) => {
    if (!models.has(v)) models.set(v, parse(await call("GET", url("$metadata", v), undefined, "application/xml")));
    return models.get(v);
  };
  const model = await modelOf(version);
  // A report has little: all of it is listed at once.
  const other = version === "beta" ? "v1.0" : "beta", also = app.kept && !at ? await modelOf(other) : null;
  const [path, query = ""] = at.split("?");
  const place = walk(model, path);
  let value = null, wrong = "";
  if (at && !(place && !place.many && !path.includes("/"))) {
    try {
      value = await call("GET", url(path.split("/").map(encodeURIComponent).join("/")) + (query ? "?" + query : ""));
    } catch (error) {
      wrong = error.message;
    }
  }
  if (mine !== turn) return;
  const to = (p) => app.link("objects", version, p);
  const typed = el("input", { id: "object-path", size: "48", value: at, placeholder: "users?$filter=…", autocomplete: "off", spellcheck: "false" });
  const select = el("select", { id: "object-version", onchange: (event) => app.go("objects", event.target.value, "") },
    ["v1.0", "beta"].map((v) => el("option", { value: v, selected: v === version }, v)));
  show(content,
    el("form", { class: "line", onsubmit: (event) => { event.preventDefault(); app.go("objects", version, typed.value.trim().replace(/^\/+/, "")); } },
      field("Version", select), field("Path", typed), el("button", { type: "submit" }, "Open")),
    at && crumbs(path, to),
    wrong && el("p", { class: "bad" }, wrong),
    !at && sets(model, to),
    also && [el("h3", null, `In ${other}`), sets(also, (p) => app.link("objects", other, p))],
    value && Array.isArray(value.value) ? list(value, path, to, app.url("graph") + "/" + version + "/") : null,
    value && !Array.isArray(value.value) ? pre(JSON.stringify(value, null, 2), { id: "object" }) : null,
    at && place && !place.many && !wrong ? links(model, (value?.["@odata.type"] || "").replace(/^.*\./, "") || place.type, path, to) : null,
    el("div", { id: "object-journal" }));
  if (value?.id) await attempt(() => made(app, value.id, content.querySelector("#object-journal")));
}

const sets = (model, to) => (model.sets.size === 0 ? el("p", null, "There is nothing.") :
  el("ul", { class: "sets" }, [...model.sets.keys()].sort().map((name) => el("li", null, el("a", { href: to(name) }, name)))));

function crumbs(path, to) {
  const parts = path.split("/").filter(Boolean);
  return el("p", { class: "crumbs" }, el("a", { href: to("") }, "all sets"),
    parts.map((p, i) => [" / ", el("a", { href: to(parts.slice(0, i + 1).join("/")) }, p)]));
}

function list(value, path, to, root) {
  const rows = value.value.map((o) => [
    o?.id ? el("a", { href: to(`${path}/${o.id}`) }, o.id) : "", name(o),
    el("details", null, el("summary", null, "JSON"), pre(JSON.stringify(o, null, 2)))]);
  if (rows.length === 0) return el("p", null, `${path}: there is none.`);
  const next = value["@odata.nextLink"];
  let more = value.more ? el("p", null, "More are left out.") : null;
  if (next) {
    const u = new URL(next, location.href);
    const rest = decodeURIComponent(u.pathname).split(decodeURIComponent(root)).pop();
    more = el("p", null, el("a", { href: to(rest + u.search) }, "More"));
  }
  return [table(`${path}: ${value.value.length}${next || value.more ? ", and more" : ""}`, ["Id", "Name", "Whole"], rows), more];
}

const name = (o) => String(o?.displayName || o?.userPrincipalName || o?.name || o?.title || o?.subject || "");

function links(model, type, path, to) {
  const found = [...linksOf(model, type)].sort();
  if (found.length === 0) return null;
  return [el("h3", null, "Links"), el("ul", { class: "sets" }, found.map(([link, t]) =>
    el("li", null, el("a", { href: to(`${path}/${link}`) }, link), el("span", { class: "soft" }, ` ${t.many ? "many " : ""}${t.type}`))))];
}

// made lists the requests that made or changed the object.
async function made(app, id, place) {
  const ask = (contains) => call("GET", app.url("journal") + "?" + new URLSearchParams({ contains, limit: "100" }));
  const [a, b] = await Promise.all([ask(`subject.id=${id}`), ask(`profile=${id}`)]);
  const entries = [...a.entries, ...b.entries].filter((e) => e.method !== "GET").sort((x, y) => x.id - y.id);
  show(place, el("h3", null, "What made and changed it"), entries.length === 0 ? el("p", null, "No request in the journal: it is of the fixture, or of the test itself.") :
    table("Requests about it that write", ["No.", "Method", "Path", "Status"], entries.map((e) =>
      [el("a", { href: app.link("requests", e.id) }, `#${e.id}`), e.method, e.path, String(e.status)])));
}
