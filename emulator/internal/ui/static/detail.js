// One request: what the journal explains of it, its bodies, and how to send it again.

import { call } from "./api.js";
import { button, el, notice, pre, show, table } from "./dom.js";
import { curl, kind, many, pretty, standing, struck } from "./words.js";

let wanted = "";

export async function detail(app, place, id) {
  wanted = id || "";
  if (!id) return show(place);
  const url = app.url("journal", id);
  const [e, text] = await Promise.all([call("GET", url), call("GET", url, undefined, "text/plain")]);
  if (wanted !== id) return;
  const parts = e.operation === "batch" ? await partsOf(app, e) : [];
  if (wanted !== id) return;
  const command = curl(e, app.origin || location.origin);
  show(place,
    el("h3", null, `Entry ${e.id}: ${e.method} ${e.path}${e.query ? "?" + e.query : ""}`),
    el("p", { class: "buttons" },
      button("Copy as curl", () => copy(command)),
      button("Close", () => app.go("requests")),
      el("strong", { class: "status " + kind(e) }, e.status ? String(e.status) : "no answer"),
      struck(e).map((s) => el("span", { class: "mark " + s.kind }, s.text)),
      e.batch ? el("span", null, "part of ", el("a", { href: app.link("requests", e.batch) }, `#${e.batch}`)) : null),
    part("Explanation", pre(explanation(text)), true),
    change(e),
    e.detail?.nearMisses && table("Near misses: rules that did not strike", ["Rule", "Why"], e.detail.nearMisses.map((m) => [m.rule, m.why])),
    parts.length > 0 && table("Parts of the batch", ["No.", "Method", "Path", "Status", "What struck"],
      parts.map((p) => [el("a", { href: app.link("requests", p.id) }, `#${p.id}`), p.method, p.path + (p.query ? "?" + p.query : ""), String(p.status),
        struck(p).map((s) => el("span", { class: "mark " + s.kind }, s.text))])),
    e.requestBody && part("Body of the request", pre(pretty(e.requestBody)), true),
    e.responseBody && part("Body of the answer", pre(pretty(e.responseBody)), true),
    part("As curl", [pre(command), less(e)]),
    part("As JSON", pre(JSON.stringify(e, null, 2))));
  if (place.getBoundingClientRect) place.focus({ preventScroll: false });
}

// less tells where a command cannot send what the client sent.
function less(e) {
  const kept = new TextEncoder().encode(e.requestBody || "").length;
  if (e.requestBytes <= kept) return null;
  return el("p", { class: "hint" }, `The journal has ${kept} of the ${many(e.requestBytes, "byte")} of the body, and so has the command.`);
}

// partsOf finds the parts near the batch: they come just before it ends.
async function partsOf(app, e) {
  const list = await call("GET", app.url("journal") + "?" + new URLSearchParams({ contains: `batch=${e.id}` }));
  return list.entries;
}

// explanation leaves out the bodies, which have places of their own.
const explanation = (text) => text.split(/\nThe body of the (?:request|answer):\n/)[0].trim();

const part = (title, content, open) => el("details", { open }, el("summary", null, title), content);

function change(e) {
  if (!e.before && !e.after) return null;
  const text = (s) => (s?.object ? JSON.stringify(s.object, null, 2) : standing(s) || "none");
  return el("div", { class: "pair" },
    el("div", null, el("h4", null, "Before"), pre(text(e.before))),
    el("div", null, el("h4", null, "After"), pre(text(e.after))));
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    notice("Copied.", "good");
  } catch {
    notice("The browser does not let the page copy. The command is under “As curl”.", "bad");
  }
}
