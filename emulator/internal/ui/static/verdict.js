// The verdict: passed or not, the first cause, and all that was judged.

import { call } from "./api.js";
import { byId, el, pre, show, table } from "./dom.js";
import { isClosed, judged } from "./words.js";

let last = "";

export async function refresh(app) {
  const of = app.world;
  const v = await call("GET", app.url("verify"));
  if (of !== app.world) return;
  const text = JSON.stringify([of, v]);
  if (text === last) return; // a screen reader is told of changes alone
  last = text;
  const why = judged(v, app.kept?.run(), app.kept?.has);
  byId("verdict").className = why.kind;
  show(byId("verdict-line"), el("strong", null, why.title), ". ", why.text, links(app, why.entries));
  const more = byId("verdict-more");
  const open = more.querySelector("details")?.open;
  show(more, el("details", { open }, el("summary", null, v.summary), ...details(app, v)));
}

const links = (app, ids) => (ids?.length > 0 ? [ids.slice(0, 5).map((id) => [" ", el("a", { href: app.link("requests", id) }, `#${id}`)]),
  ids.length > 5 && " and more"] : null);

// blamed leads to the entries that are to blame, or shows what is left of them.
const blamed = (app, of, result) =>
  (isClosed(of) && !app.kept?.has(result.entries) ? (result.evidence || []).length > 0 && pre(result.evidence.join("\n")) : links(app, result.entries));

function details(app, v) {
  const rows = (v.worlds || []).flatMap((w) => (w.expectations || []).map((e) => [
    e.ok ? "met" : "NOT met", w.chapter ? `${w.chapter.number} ${w.chapter.name || ""}` : "", e.expected, [e.seen, blamed(app, w, e)], e.place || ""]));
  return [
    rows.length > 0 && table("Expectations", ["Result", "Chapter", "Expected", "Seen", "Where it is written"], rows),
    (v.scenarios || []).length > 0 && table("Scenarios", ["Scenario", "Came into play", "Rules"],
      v.scenarios.map((s) => [s.scenario, s.exercised ? "yes" : "no", s.rules.join(", ")])),
    (v.warnings || []).length > 0 && table("Warnings", ["Kind", "Message"],
      v.warnings.map((w) => [w.kind, [w.message, blamed(app, w, w)]])),
    !app.kept && el("p", null, el("a", { href: app.url("report"), download: `${app.world}.html` }, "Save all of this as a report"), ", one file to keep and hand on."),
  ];
}
