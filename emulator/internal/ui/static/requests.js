// The requests, live, and one of them in full.

import { call } from "./api.js";
import { attempt, byId, button, el, field, show } from "./dom.js";
import { most } from "./feed.js";
import { clock, struck } from "./words.js";
import { detail } from "./detail.js";

const filters = [
  ["operation", "Operation", "profiles.* or GET /users/{id}"],
  ["status", "Status", "409, 4xx, 0"],
  ["contains", "Contains", "detail.fault.rule=throttle-start"],
  ["since", "Since", "17 or 2026-01-05T06:00:00Z"],
];

let body, state, shownOf, rows = new Map();

export async function enter(app, content) {
  if (!body) build(app, content);
  if (shownOf !== app.feed) {
    shownOf = app.feed;
    for (const [name] of filters) byId("filter-" + name).value = "";
  }
  changed(app);
  const id = app.arguments[0];
  for (const row of rows.values()) row.classList.toggle("chosen", row.dataset.id === id);
  await detail(app, byId("detail"), id);
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
  body = el("tbody");
  state = el("p", { class: "hint" });
  show(content, form, state,
    el("div", { id: "request-list", class: "scroll", tabindex: "0", role: "region", "aria-label": "Requests, the newest first" },
      el("table", { id: "request-table" }, el("caption", { class: "away" }, "Requests, the newest first"),
        el("thead", null, el("tr", null, ["No.", "Time", "Method", "Path", "Operation", "Status", "What struck"].map((h) => el("th", { scope: "col" }, h)))),
        body)),
    el("div", { id: "detail", tabindex: "-1" }));
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
  const filtered = Object.keys(feed.filter).length > 0 ? ", filtered" : "";
  const cut = feed.entries.length >= most ? `the newest ${most}` : String(feed.entries.length);
  state.textContent = app.kept ? app.kept.state(feed) : `${feed.connected ? "Live" : "Connecting…"}: ${cut}${filtered}` + (feed.missed ? `; ${feed.missed} were dropped before they were read` : "");
  const old = rows;
  rows = new Map();
  const list = [];
  for (let i = feed.entries.length - 1; i >= 0; i--) {
    const e = feed.entries[i];
    const kept = old.get(e.id);
    const r = kept && kept.entry === e ? kept : row(app, e);
    rows.set(e.id, r);
    list.push(r);
  }
  place(list);
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
  const r = el("tr", { "data-id": id, class: [kind(e), app.arguments[0] === id && "chosen"].filter(Boolean).join(" "), onclick: (event) => {
    if (!event.target.closest("a") && !String(getSelection())) app.go("requests", id);
  } },
  el("th", { scope: "row" }, el("a", { href: app.link("requests", id), "aria-label": `Entry ${id}` }, id)),
  el("td", { class: "time" }, clock(e.at)),
  el("td", null, e.method),
  el("td", { class: "path" }, e.path + (e.query ? "?" + e.query : "")),
  el("td", null, e.operation || "", e.batch ? [" in ", el("a", { href: app.link("requests", e.batch) }, `#${e.batch}`)] : null),
  el("td", { class: "status" }, e.status ? String(e.status) : "none"),
  el("td", null, struck(e).map((s, i) => [i > 0 && " ", el("span", { class: "mark " + s.kind }, s.text)])));
  r.entry = e;
  return r;
}

export const kind = (e) => (e.detail?.early ? "early" : e.status >= 500 || e.status === 0 ? "server" : e.status >= 400 ? "client" : "fine");
