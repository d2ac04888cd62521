// What a person does to a world, each with the control call of that name.

import { call, path } from "./api.js";
import { button, el, field, notice, pre, quietly, show, table } from "./dom.js";
import { clock, many, standing } from "./words.js";
import { refreshClock } from "./app.js";

let parts, built;
const input = (attributes) => el("input", { autocomplete: "off", spellcheck: "false", ...attributes });
const card = (title, ...content) => el("section", { class: "card" }, el("h3", null, title), ...content);
const wide = (title, ...content) => el("section", { class: "card wide" }, el("h3", null, title), ...content);
// inLine is JSON that can be broken between its words.
const inLine = (value) => JSON.stringify(value, null, 1).replace(/\n */g, " ");

export async function enter(app, content) {
  if (!built) build(app, content);
  built = true;
  parts.save.href = app.url("state");
  parts.save.setAttribute("download", `${app.world}.json`);
  show(parts.happened);
  await Promise.all([faults(app), scenario(app), builtIns()]);
}

async function builtIns() {
  if (parts.builtIn.options.length > 0) return;
  const names = (await call("GET", path("scenarios"))).scenarios;
  show(parts.builtIn, names.map((name) => el("option", { value: name }, name)));
}

// changed keeps the counts of the faults right while requests come.
let timer = 0;
export function changed(app) {
  if (built && !timer) timer = setTimeout(() => { timer = 0; if (app.view === "steer") quietly(() => faults(app)); }, 500);
}

function build(app, content) {
  const by = input({ value: "1m", size: "8" }), at = input({ placeholder: "2026-01-05T06:00:00Z" }), scale = input({ value: "60", size: "6", inputmode: "decimal" });
  const chapter = input({ placeholder: "name of the chapter (optional)" }), fixture = input({ placeholder: "as before", list: "fixtures" });
  const seed = input({ placeholder: "the server's", size: "12", inputmode: "numeric", id: "seed" });
  const rule = el("textarea", { rows: "5", spellcheck: "false", id: "rule" });
  rule.value = '{\n  "operation": "*",\n  "calls": "first 1",\n  "respond": {"status": 429, "retryAfter": "5s"}\n}';
  const text = el("textarea", { rows: "14", spellcheck: "false", id: "scenario-text" });
  const builtIn = el("select", { id: "built-in" });
  const file = input({ type: "file", accept: "application/json,.json" });
  parts = { builtIn, happened: el("div", { "aria-live": "polite", id: "happened" }), faults: el("div"), text, rule, sources: el("div"), save: el("a", { class: "button" }, "Save the world") };
  const move = (body) => async () => happened(app, await call("POST", app.url("clock"), body()));
  const done = async (word) => { await app.touched(); notice(word, "good"); };
  show(content,
    card("Clock",
      el("p", { class: "buttons" }, button("Freeze", move(() => ({ freeze: true })), { id: "freeze" }),
        button("Advance until idle", move(() => ({ advance: "idle" })), { id: "idle" })),
      line(field("Advance by", by), button("Advance", move(() => ({ advance: by.value.trim() })), { id: "advance" })),
      line(field("Set to", at), button("Set", move(() => ({ set: at.value.trim() })))),
      line(field("World seconds in a real one", scale), button("Run", move(() => ({ scale: Number(scale.value) })))),
      parts.happened),
    card("Begin anew",
      el("datalist", { id: "fixtures" }, ["contoso", "one", "empty"].map((f) => el("option", { value: f }))),
      line(field("Chapter", chapter), field("Fixture: a name, or JSON", fixture), field("Seed of ids and chance", seed), button("Reset", async () => {
        const body = {};
        if (chapter.value.trim()) body.name = chapter.value.trim();
        const f = fixture.value.trim();
        if (f) body.fixture = f.startsWith("{") ? JSON.parse(f) : f;
        const n = seed.value.trim();
        if (!/^\d*$/.test(n) || Number(n) > Number.MAX_SAFE_INTEGER) throw new Error("A seed is a whole number below 2 to the 53rd.");
        if (n) body.seed = Number(n);
        await call("POST", app.url("reset"), body);
        await faults(app);
        await done("The world began anew.");
      }, { id: "reset" }))),
    card("Save and load",
      el("p", { class: "buttons" }, parts.save),
      line(field("A saved world", file), button("Load in place of this one", async () => {
        if (!file.files[0]) throw new Error("Choose a file first.");
        await call("PUT", app.url("state"), file.files[0]);
        await Promise.all([scenario(app), faults(app)]);
        await done("The world is as it was saved.");
      }, { id: "load" }))),
    wide("Faults in force", parts.faults,
      field("A fault to arm, as JSON", rule),
      el("p", { class: "buttons" },
        button("Arm", async () => { await call("POST", app.url("faults"), rule.value); await faults(app); notice("Armed.", "good"); }, { id: "arm" }),
        button("Take all away", async () => { await call("DELETE", app.url("faults")); await faults(app); }))),
    wide("Scenario in force", parts.sources,
      line(field("A built-in scenario", builtIn), button("Take its text", async () => {
        text.value = await call("GET", path("scenarios", builtIn.value), undefined, "application/yaml");
        notice("It is not in force yet.", "good");
      }, { id: "take" })),
      field("YAML or JSON", text),
      el("p", { class: "buttons" },
        button("Put this in force", async () => {
          const put = await call("PUT", app.url("scenario"), text.value);
          await Promise.all([scenario(app), faults(app)]);
          await done([`The scenario ${put.name} is in force.`, ...put.notes].join("\n"));
        }, { id: "put-scenario" }),
        button("Back to the server's", async () => {
          await call("DELETE", app.url("scenario"));
          await Promise.all([scenario(app), faults(app)]);
          await done("The server's scenario is in force.");
        }))));
}

const line = (...children) => el("p", { class: "line" }, ...children);

async function happened(app, answer) {
  app.happened(answer.happened);
  const list = answer.happened;
  show(parts.happened, list.length === 0 ? el("p", null, "Nothing was due.") :
    table(`What happened${answer.more ? `, and ${answer.more} more` : ""}`, ["Time", "What", "From", "To"], list.map((e) =>
      [clock(e.at), e.displayName || e.subject || e.profile || "", standing(e.from), e.problem || standing(e.to)])));
  await refreshClock();
  await app.touched();
}

async function faults(app) {
  const list = (await call("GET", app.url("faults"))).faults;
  show(parts.faults, list.length === 0 ? el("p", null, "There is none: every call is answered as Graph would.") :
    table("In the order in which they are tried", ["Name", "Calls of", "Which", "Does", "Matched", "Struck", "Action"], list.map((u) => {
      const { name, operation, calls, ...rest } = u.rule;
      return [name, operation || "", calls === undefined ? "" : String(calls), el("code", null, inLine(rest)), String(u.matched), String(u.fired),
        button("Disarm", async () => {
          await call("DELETE", app.url("faults") + "/" + name.split("/").map(encodeURIComponent).join("/"));
          await faults(app);
        }, { "aria-label": `Disarm ${name}` })];
    })));
}

async function scenario(app) {
  const s = await call("GET", app.url("scenario"));
  // Of several files only one can be put in their place: they are shown, and the text is empty.
  const one = s.sources.length === 1;
  show(parts.sources, el("p", { class: "hint" }, `${s.name}, ${s.own ? "put into this world" : "the server's"}${one ? "" : `, of ${many(s.sources.length, "file")}. What is put in force takes the place of all of them.`}`),
    !one && s.sources.map((x) => el("details", null, el("summary", null, x.name), pre(x.text))));
  parts.text.value = one ? s.sources[0].text : "";
}
