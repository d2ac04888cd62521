// What the page is: a world, a view of it, and what both share.

import { call, path } from "./api.js";
import { attempt, byId, el, notice, quietly, show } from "./dom.js";
import { later, reading } from "./words.js";
import { Feed } from "./feed.js";
import { begin, link } from "./frame.js";
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
  // happened keeps what a move of the clock made happen, for the timeline.
  happened(list) { app.events = app.events.concat(list || []).slice(-300); },
  // touched is for who has changed the world: the verdict and the clock are asked again.
  async touched() { await Promise.all([verdict.refresh(app), refreshClock(), refreshWorlds()]); },
  async leave() { app.feed?.close(); app.world = ""; location.hash = link("default", "worlds"); },
};

export async function refreshClock() {
  const of = app.world;
  const c = await call("GET", app.url("clock"));
  if (of !== app.world) return;
  app.clock = c;
  read = performance.now();
  byId("now").textContent = reading(c);
}

// A clock that runs is seen to run.
let read = 0;
setInterval(() => { if (app.clock && app.clock.mode !== "frozen" && !document.hidden) byId("now").textContent = reading(later(app.clock, performance.now() - read)); }, 1000);

async function refreshWorlds() {
  const list = (await call("GET", path("worlds"))).worlds;
  const names = list.map((w) => w.name);
  if (app.world && !names.includes(app.world)) names.push(app.world);
  const select = byId("world");
  show(select, names.map((name) => el("option", { value: name, selected: name === app.world }, name)));
  select.value = app.world;
  return list;
}

document.addEventListener("visibilitychange", () => { if (document.hidden) app.feed?.pause(); else app.feed?.resume(); });

let asked = 0;
// soon asks for the verdict and the clock once for many requests.
function soon() {
  if (asked) return;
  asked = setTimeout(() => {
    asked = 0;
    quietly(() => Promise.all([verdict.refresh(app), refreshClock()]));
  }, 300);
}

// enter begins with another world.
function enter() {
  app.feed?.close();
  app.events = [];
  app.clock = null;
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
  if (document.hidden) app.feed.pause();
  byId("verdict-line").textContent = "…";
  attempt(async () => {
    // A world that nobody has used yet is told to be missing, until its first call comes.
    await Promise.all([verdict.refresh(app), refreshClock()]);
    await refreshWorlds();
  });
}

begin(app, views, "default", enter);
