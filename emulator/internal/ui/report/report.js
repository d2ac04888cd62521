// A report: the page's views of runs that are over.

import { Kept, path, worlds } from "./kept.js";
import { attempt, byId, el, notice, show } from "./dom.js";
import { begin } from "./frame.js";
import { many, reading } from "./words.js";
import * as verdict from "./verdict.js";
import * as requests from "./requests.js";
import * as timeline from "./timeline.js";
import * as objects from "./objects.js";

// run tells how the report came about. It is in the file as it stands.
const run = { enter() {} };
const views = { requests, timeline, objects, run };

const app = {
  world: "", view: "", arguments: [], feed: null, clock: null, events: [], origin: "http://localhost:9400",
  url: (...parts) => path("worlds", app.world, ...parts),
  kept: {
    // state says how many requests there are, where the page says whether it is live.
    state({ entries, world }) {
      const shown = entries.length === world.entries.length ? many(entries.length, "request") : `${entries.length} of ${many(world.entries.length, "request")}, filtered`;
      return shown + (world.left ? `. ${world.left}` : "");
    },
    // run is the run that the world is of.
    run: () => ({ label: app.feed.world.run, failed: app.feed.world.failed }),
    // has tells whether the entries are there, also those of a chapter that is over.
    has: (ids) => (ids || []).length > 0 && ids.every((id) => app.feed.world.entries.some((e) => e.id === id)),
  },
};

function enter() {
  const world = worlds.find((w) => w.ref === app.world) || worlds[0];
  if (world.ref !== app.world) {
    notice(`The report has no world ${app.world}.`);
    app.world = world.ref;
  }
  app.feed = new Kept(world);
  app.clock = world.clock;
  byId("now").textContent = world.clock ? reading(world.clock) : "";
  byId("world").value = world.ref;
  attempt(() => verdict.refresh(app));
}

const mark = (w) => (!w.verdict.ok || w.failed ? " (not passed)" : w.verdict.offered ? " (not exercised)" : "");
show(byId("world"), worlds.map((w) => el("option", { value: w.ref }, w.ref + mark(w))));
if (worlds.length > 0) begin(app, views, worlds[0].ref, enter);
