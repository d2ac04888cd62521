// The frame of the page: a world, a view of it, and the way from one to another. A report
// has the same frame.

import { attempt, byId, notice } from "./dom.js";

export const link = (...parts) => "#/" + parts.map(encodeURIComponent).join("/");

const decode = (part) => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
};

// begin shows what the address names, and goes on with each change of it. app is what
// views are given; enter begins with another world.
export function begin(app, views, first, enter) {
  // go leads to a view; what follows is for it.
  app.go = (view, ...rest) => { location.hash = link(app.world, view, ...rest); };
  app.link = (view, ...rest) => link(app.world, view, ...rest);
  const route = () => {
    if (location.hash === "#main") return;
    const [world = first, view = "requests", ...rest] = location.hash.replace(/^#\/?/, "").split("/").filter(Boolean).map(decode);
    const known = Object.hasOwn(views, view) ? view : "requests";
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
    if (turned) document.title = `${byId(known + "-title").textContent}, ${app.world} - graphemu`;
    attempt(() => views[known].enter(app, byId(known + "-content")));
  };
  byId("world").addEventListener("change", (event) => {
    location.hash = link(event.target.value, app.view);
  });
  byId("skip").addEventListener("click", (event) => {
    event.preventDefault();
    byId("main").focus();
  });
  addEventListener("hashchange", route);
  route();
}
