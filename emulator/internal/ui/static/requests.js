// The requests, live, and one of them in full.

import { call } from "./api.js";
import { attempt, byId, button, el, field, show } from "./dom.js";
import { most } from "./feed.js";
import { clock, kind, many, struck } from "./words.js";
import { detail } from "./detail.js";

const filters = [
  ["operation", "Operation", "profiles.* or GET /users/{id}"],
  ["status", "Status", "409, 4xx, 0"],
  ["contains", "Contains", "detail.fault.rule=throttle-start"],
  ["since", "Since", "17 or 2026-01-05T06:00:00Z"],
];

let body, list, none, state, shownOf, brought, rows = new Map();

export async function enter(app, content) {
  if (!body) build(app, content);
  if (shownOf !== app.feed) {
    shownOf = app.feed;
    for (const [name] of filters) byId("filter-" + name).value = "";
  }
  brought = "";
  changed(app);
  const id = app.arguments[0];
  for (const row of rows.values()) row.classList.toggle("chosen", row.dataset.id === id);
  await detail(app, byId("detail"), id);
}

// bring scrolls the list, and nothing else, to the chosen row, once, where it is out of sight.
function bring(id) {
  const row = brought === id ? null : rows.get(Number(id));
  if (!row) return;
  brought = id;
  const from = list.getBoundingClientRect(), to = row.getBoundingClientRect();
  if (to.top < from.top + 40 || to.bottom > from.bottom) list.scrollTop += to.top - from.top - 60;
}

// leave closes what is open of a request, and goes back to where it was opened.
function leave(app) {
  const row = rows.get(Number(app.arguments[0]));
  app.go("requests");
  (row?.querySelector("a") || list).focus();
}

function build(app, content) {
  const form = el("form", { class: "filters", role: "search", "aria-label": "Filter the requests", onsubmit: (event) => {
    event.preventDefault();
    attempt(() => apply(app));
  } }, filters.map(([name, label, hint]) =>
    field(label, el("input", { id: "filter-" + name, name, placeholder: hint, autocomplete: "off", spellcheck: "false" }))),
  el("button", { type: "submit" }, "Filter"),
  button("All", () => { form.reset(); return apply(app); }),
  !app.kept && button("Forget all", async () => { await call("DELETE", app.url("journal")); app.feed.begin(); await app.touched(); changed(app); },
    { title: "Empties the journal" }));
  body = el("tbody", { role: "rowgroup" });
  none = el("div", { id: "no-requests" });
  state = el("p", { class: "hint" });
  list = el("div", { id: "request-list", class: "scroll", tabindex: "0", role: "region", "aria-label": "Requests, the newest first" },
    el("table", { id: "request-table", role: "table" }, el("caption", { class: "away" }, "Requests, the newest first"),
      el("thead", { role: "rowgroup" }, el("tr", { role: "row" },
        ["No.", "Time", "Method", "Path", "Operation", "Status", "What struck"].map((h) => el("th", { scope: "col", role: "columnheader" }, h)))),
      body));
  show(content, form, state, none, list,
    el("div", { id: "detail", tabindex: "-1", onkeydown: (event) => { if (event.key === "Escape") leave(app); } }));
}

// apply asks for what the filters say. One that cannot be read is told before.
async function apply(app) {
  const filter = {};
  for (const [name] of filters) {
    const value = byId("filter-" + name).value.trim();
    if (value) filter[name] = value;
  }
  await call("GET", app.url("journal") + "?" + new URLSearchParams({ ...filter, limit: "1" }));
  app.feed.filter = filter;
  app.feed.begin();
  changed(app);
}

export function changed(app) {
  if (!body) return;
  const feed = app.feed;
  const filtered = Object.keys(feed.filter).length > 0;
  const cut = feed.entries.length >= most ? `the newest ${most} requests; filters look into all that the journal keeps` : many(feed.entries.length, "request");
  state.textContent = app.kept ? app.kept.state(feed) : `${feed.connected ? "Live" : "Connecting…"}: ${cut}${filtered ? ", filtered" : ""}` +
    (feed.missed ? `; ${feed.missed} were dropped before they were read` : "");
  list.hidden = feed.entries.length === 0;
  show(none, list.hidden && nothing(app, filtered));
  const old = rows;
  rows = new Map();
  const inOrder = [];
  for (let i = feed.entries.length - 1; i >= 0; i--) {
    const e = feed.entries[i];
    const kept = old.get(e.id);
    const r = kept && kept.entry === e ? kept : row(app, e);
    rows.set(e.id, r);
    inOrder.push(r);
  }
  place(inOrder);
  bring(app.arguments[0]);
}

// nothing is told where there is no request: what keeps it out, or where one can be sent.
function nothing(app, filtered) {
  if (filtered) return el("p", null, "No request is as the filter says. “All” takes it away.");
  if (app.kept) return el("p", null, "No request came to this world.");
  const of = app.world === "default" ? "anything" : /^[\w-]+$/.test(app.world) ? `world-${app.world}` : "TOKEN";
  return el("div", { class: "begin" }, el("p", null, "No request came yet. Graph is at ", el("code", null, location.origin + "/v1.0"), " and ", el("code", null, location.origin + "/beta"),
    of === "anything" ? "; any token leads to this world. Try:" : "; a token of this world leads here. Try:"),
  el("pre", null, `curl ${location.protocol === "https:" ? "-k " : ""}-H 'Authorization: Bearer ${of}' ${location.origin}/v1.0/users`));
}

// place puts rows in order and moves none that stands right, so that the focus stays.
function place(list) {
  const wanted = new Set(list);
  for (const r of [...body.children]) if (!wanted.has(r)) r.remove();
  let at = body.firstElementChild;
  for (const r of list) {
    if (r === at) at = at.nextElementSibling;
    else body.insertBefore(r, at);
  }
}

function row(app, e) {
  const id = String(e.id);
  const cell = (attributes, ...children) => el("td", { role: "cell", ...attributes }, ...children);
  const r = el("tr", { role: "row", "data-id": id, class: [kind(e), app.arguments[0] === id && "chosen"].filter(Boolean).join(" "), onclick: (event) => {
    if (!event.target.closest("a") && !String(getSelection())) app.go("requests", id);
  } },
  el("th", { scope: "row", role: "rowheader" }, el("a", { href: app.link("requests", id), "aria-label": `Entry ${id}` }, id)),
  cell({ class: "time" }, clock(e.at)),
  cell({ class: "method" }, e.method),
  cell({ class: "path" }, e.path + (e.query ? "?" + e.query : "")),
  cell({ class: "operation" }, e.operation || "", e.batch ? [" in ", el("a", { href: app.link("requests", e.batch) }, `#${e.batch}`)] : null),
  cell({ class: "status" }, e.status ? String(e.status) : "none"),
  cell({ class: "struck" }, struck(e).map((s, i) => [i > 0 && " ", el("span", { class: "mark " + s.kind }, s.text)])));
  r.entry = e;
  return r;
}
