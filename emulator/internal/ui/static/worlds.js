// The worlds there are.

import { call, path } from "./api.js";
import { button, el, notice, show, table } from "./dom.js";
import { reading } from "./words.js";

export async function enter(app, content) {
  const list = (await call("GET", path("worlds"))).worlds;
  const name = el("input", { id: "new-world", autocomplete: "off", spellcheck: "false" });
  show(content,
    table("Worlds, one for each tenant", ["Name", "Tenant", "Profiles", "Clock", "Action"], list.map((w) => [
      el("a", { href: "#/" + encodeURIComponent(w.name) + "/requests" }, w.name), el("code", null, w.tenant), String(w.profiles), reading(w.clock),
      w.name === "default" ? "stays" : button("Drop", async () => {
        if (!confirm(`Drop the world ${w.name} with all that is in it?`)) return;
        const here = w.name === app.world;
        if (here) app.feed.close();
        await call("DELETE", path("worlds", w.name));
        notice(`The world ${w.name} was dropped.`, "good");
        if (here) location.hash = "#/default/worlds";
        else await enter(app, content);
      }, { "aria-label": `Drop ${w.name}` })])),
    el("form", { class: "line", onsubmit: (event) => {
      event.preventDefault();
      if (name.value.trim()) location.hash = "#/" + encodeURIComponent(name.value.trim()) + "/requests";
    } }, el("label", { class: "field" }, el("span", null, "Go to a world, made on first use"), name), el("button", { type: "submit" }, "Go")));
}
