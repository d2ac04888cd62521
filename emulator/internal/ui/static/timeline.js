// The run as a picture: why was the client judged so?

import { call } from "./api.js";
import { el, quietly, show, svg } from "./dom.js";
import { clock, kind, many, rounded, struck } from "./words.js";
import { inMiddle, laneHeight, layout, segments, ticks } from "./layout.js";

let content, asked = 0, due = [];

export async function enter(app, place) {
  content = place;
  due = [];
  draw(app);
  await ask(app);
}

// ask gets what is still to come.
async function ask(app) {
  const of = app.world;
  const answer = await call("GET", app.url("due"));
  if (of !== app.world) return;
  due = answer.due;
  draw(app);
}

export function changed(app) {
  if (!content) return;
  draw(app);
  asked ||= setTimeout(() => {
    asked = 0;
    if (app.view === "timeline") quietly(() => ask(app));
  }, 500);
}

function draw(app) {
  const entries = app.feed.entries;
  if (entries.length === 0 && app.events.length === 0 && due.length === 0) {
    show(content, el("p", null, "No request came yet. Each will stand here in the lane of what it is about, at its time."));
    return;
  }
  const room = content.clientWidth;
  const plan = layout(entries, [...app.events, ...due.map((d) => ({ ...d, due: true }))], app.clock?.factor, room);
  const early = entries.filter((e) => e.detail?.early);
  const scroll = content.querySelector(".scroll");
  const was = scroll && [scroll.scrollLeft, scroll.scrollLeft + scroll.clientWidth >= scroll.scrollWidth - 4];
  const at = content.contains(document.activeElement) && (document.activeElement.getAttribute("href") || "scroll");
  show(content,
    legend(entries, app.events),
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "The drawing" }, el("div", { class: "drawing" },
      svg("svg", { id: "drawing", width: plan.width, height: plan.height, viewBox: `0 0 ${plan.width} ${plan.height}`, role: "group", "aria-label": "Requests by subject and time" },
        ticks(plan.stops).map((t) => svg("g", { class: "tick" }, svg("line", { x1: t.x, x2: t.x, y1: 20, y2: plan.height }),
          svg("text", { x: t.x, y: 14 }, clock(new Date(t.at).toISOString())))),
        plan.lanes.map((lane) => drawLane(app, lane, plan.width))),
      // The names stay in sight when the drawing is scrolled.
      svg("svg", { class: "names", width: room, height: plan.height },
        plan.lanes.map((lane) => svg("text", { class: "name", x: 4, y: lane.y + 12 }, inMiddle(lane.name, Math.floor(room / 7)), svg("title", null, lane.name)))))),
    el("p", { class: "hint" }, "Time runs to the right, on the world's clock. A long wait takes less room than it lasts.",
      plan.more > 0 && ` ${many(plan.more, "further lane")} ${plan.more === 1 ? "is" : "are"} left out: filter the requests to see ${plan.more === 1 ? "it" : "them"}.`),
    due.length > 0 && el("p", { id: "due" }, `Still due: ${due.slice(0, 5).map((d) => `${d.displayName || d.subject}, at ${clock(d.at)}`).join("; ")}${due.length > 5 ? "; and more" : ""}.`),
    early.length > 0 && [el("h3", null, "Early calls"), el("ul", null, early.slice(0, listed).map((e) => el("li", null,
      el("a", { href: app.link("requests", e.id) }, `#${e.id}`), ` ${e.operation || e.path} came ${rounded(e.detail.early.by)} too early: `,
      el("a", { href: app.link("requests", e.detail.early.entry) }, `#${e.detail.early.entry}`), " had told the client to wait.")),
    early.length > listed && el("li", null, `and ${early.length - listed} more`))]);
  const now = content.querySelector(".scroll");
  if (was) now.scrollLeft = was[1] ? now.scrollWidth : was[0]; // the newest stays in sight
  else now.scrollLeft = early.length > 0 ? plan.lanes[0].requests.find((r) => r.entry.detail?.early).stop.x - room / 2 : now.scrollWidth;
  // The keyboard goes on from where it was.
  if (at) (at === "scroll" ? now : [...content.querySelectorAll("a")].find((a) => a.getAttribute("href") === at))?.focus({ preventScroll: true });
}

const listed = 20; // early calls told in words

// legend explains what is in the drawing, and nothing that is not.
function legend(entries, events) {
  const kinds = new Set(entries.map(kind));
  return el("p", { class: "hint legend" },
    kinds.has("early") && mark("early", "too early; the line shows by how much"),
    entries.some((e) => e.detail?.retryAfter) && mark("band", "Retry-After: the time to wait"),
    kinds.has("fine") && mark("fine", "answered"), kinds.has("client") && mark("client", "4xx"), kinds.has("server") && mark("server", "5xx, or no answer"),
    events.length > 0 && mark("event", "happened by itself"), due.length > 0 && mark("event due", "still due"));
}

const mark = (kind, text) => el("span", { class: "key" }, svg("svg", { width: 14, height: 12, "aria-hidden": "true" },
  kind === "band" ? svg("rect", { class: "band", width: 14, height: 12 }) :
    kind.startsWith("event") ? svg("path", { class: kind, d: "M7 1l5 5-5 5-5-5z" }) : svg("circle", { class: `dot ${kind}`, cx: 7, cy: 6, r: 5 })), text);

function drawLane(app, lane, width) {
  const y = lane.y, middle = y + 28;
  const ends = new Map(lane.bands.map((b) => [b.entry.id, b.to.x]));
  return svg("g", { class: "lane" },
    svg("line", { class: "base", x1: 0, x2: width, y1: y + laneHeight - 2, y2: y + laneHeight - 2 }),
    lane.bands.map((b) => svg("rect", { class: b.own ? "band" : "band other", x: b.from.x, y: y + 17, width: Math.max(2, b.to.x - b.from.x), height: 22 },
      svg("title", null, `#${b.entry.id} told the client to wait ${rounded(b.entry.detail.retryAfter)}`))),
    lane.bands.map((b) => svg("line", { class: "until", x1: b.to.x, x2: b.to.x, y1: y + 17, y2: y + 39 })),
    lane.requests.map(({ entry: e, stop }) => e.detail?.early && ends.has(e.detail.early.entry) &&
      svg("path", { class: "gap", d: `M${stop.x} ${middle}H${ends.get(e.detail.early.entry)}m-6 -4l6 4-6 4` })),
    segments(lane.states, width - 8).map((s, i) => [
      svg("rect", { class: `state ${i % 2 ? "odd" : ""}`, x: s.from, y: y + 42, width: s.to - s.from, height: 12 }, svg("title", null, s.text)),
      s.to - s.from > 6 * s.text.length + 6 && svg("text", { class: "stands", x: s.from + 3, y: y + 52 }, s.text)]),
    lane.events.map(({ event, stop }) => svg("path", { class: event.due ? "event due" : "event", d: `M${stop.x} ${middle - 6}l6 6-6 6-6-6z` },
      svg("title", null, `${event.due ? "due at " : ""}${clock(event.at)} ${event.displayName || event.subject || ""}`))),
    lane.requests.map(({ entry: e, stop }) => svg("a", { href: app.link("requests", e.id), "aria-label": words(e) },
      svg("circle", { class: `dot ${kind(e)}`, cx: stop.x, cy: middle, r: e.detail?.early ? 8 : 6 }, svg("title", null, words(e))))));
}

const words = (e) => [`#${e.id} ${clock(e.at)} ${e.method} ${e.operation || e.path} ${e.status || "no answer"}`, ...struck(e).map((s) => s.text)].join("; ");
