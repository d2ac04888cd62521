// What the page is: a world, a view of it, and what both share.

import { call, path } from "./api.js";
import { attempt, byId, el, notice, show } from "./dom.js";
import { clock } from "./words.js";
import { Feed } from "./feed.js";
import * as verdict from "./verdict.js";
import * as requests from "./requests.js";
import * as timeline from "./timeline.js";
import * as objects from "./objects.js";
import * as steer from "./steer.js";
import * as worlds from "./worlds.js";

const views = { requests, timeline, objects, steer, worlds };

// app is what the views are given.
export const app = {
  world: "", view: "", arguments: [], feed: null, clock: null, events: [],
  url: (...parts) => path("worlds", app.world, ...parts),
  // go leads to a view; what follows is for it.
  go(view, ...rest) { location.hash = link(app.world, view, ...rest); },
  link: (view, ...rest) => link(app.world, view, ...rest),
  // happened keeps what a move of the clock made happen, for the timeline.
  happened(list) { app.events = app.events.concat(list || []).slice(-300); },
  // touched is for who has changed the world: the verdict and the clock are asked again.
  async touched() { await Promise.all([verdict.refresh(app), refreshClock(), refreshWorlds()]); },
  async leave() { app.feed?.close(); app.world = ""; location.hash = link("default", "worlds"); },
};

const link = (...parts) => "#/" + parts.map(encodeURIComponent).join("/");

export async function refreshClock() {
  const of = app.world;
  const c = await call("GET", app.url("clock"));
  if (of !== app.world) return;
  app.clock = c;
  byId("now").textContent = `${c.now.slice(0, 10)} ${clock(c.now)} ${c.mode}${c.mode === "scaled" ? ` ×${c.factor}` : ""}`;
}

async function refreshWorlds() {
  const list = (await call("GET", path("worlds"))).worlds;
  const names = list.map((w) => w.name);
  if (app.world && !names.includes(app.world)) names.push(app.world);
  const select = byId("world");
  show(select, names.map((name) => el("option", { value: name, selected: name === app.world }, name)));
  select.value = app.world;
  return list;
}

let asked = 0;
// soon asks for the verdict and the clock once for many requests.
function soon() {
  if (asked) return;
  asked = setTimeout(() => {
    asked = 0;
    attempt(() => Promise.all([verdict.refresh(app), refreshClock()]));
  }, 300);
}

function route() {
  if (location.hash === "#main") return;
  const [world = "default", view = "requests", ...rest] = location.hash.replace(/^#\/?/, "").split("/").filter(Boolean).map(decode);
  const known = views[view] ? view : "requests";
  const moved = world !== app.world;
  const turned = moved || known !== app.view;
  Object.assign(app, { world, view: known, arguments: rest });
  notice("");
  if (moved) enter();
  for (const name of Object.keys(views)) byId(name).hidden = name !== known;
  for (const a of document.querySelectorAll("nav a")) {
    a.href = app.link(a.dataset.view);
    if (a.dataset.view === known) a.setAttribute("aria-current", "page");
    else a.removeAttribute("aria-current");
  }
  if (turned) document.title = `${byId(known + "-title").textContent}, ${world} - graphemu`;
  attempt(() => views[known].enter(app, byId(known + "-content")));
}

const decode = (part) => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
};

// enter begins with another world.
function enter() {
  app.feed?.close();
  app.events = [];
  app.feed = new Feed(app.url("journal"));
  app.feed.listen((what) => {
    if (what === "gone") {
      notice(`The world ${app.world} was dropped.`);
      refreshWorlds().catch(() => {});
      return;
    }
    if (what === "reset") app.events = [];
    if (what !== "state") soon();
    views[app.view].changed?.(app, what);
  });
  byId("verdict-line").textContent = "…";
  attempt(async () => {
    // This makes the world where nobody has used it yet, as any call does.
    await Promise.all([verdict.refresh(app), refreshClock()]);
    await refreshWorlds();
  });
}

byId("world").addEventListener("change", (event) => {
  location.hash = link(event.target.value, app.view);
});
byId("skip").addEventListener("click", (event) => {
  event.preventDefault();
  byId("main").focus();
});
addEventListener("hashchange", route);
route();
