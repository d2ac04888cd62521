// Elements. A text is always set as text, so nothing that a client sent becomes HTML.

// el makes an element: el("p", {class: "x", onclick: f}, "text", child, …).
// What is null or false is left out.
export function el(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

// svg is el for drawings.
export function svg(tag, attributes, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  add(node, children);
  return node;
}

function add(node, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) add(node, child);
    else node.append(child); // a string becomes a text node
  }
}

// show puts children in place of what is in a node.
export function show(node, ...children) {
  node.replaceChildren();
  add(node, children);
}

export const byId = (id) => document.getElementById(id);

// button is a button that says so when its work fails.
export const button = (text, run, attributes) =>
  el("button", { type: "button", ...attributes, onclick: () => attempt(run) }, text);

// pre is a text with its line breaks. It may scroll, so the keyboard comes to it.
export const pre = (text, attributes) => el("pre", { tabindex: "0", ...attributes }, text);

// field is an input with its label before it.
export function field(label, input) {
  return el("label", { class: "field" }, el("span", null, label), input);
}

// table makes a table: heads are the texts of its columns, rows lists of cells.
export function table(caption, heads, rows) {
  // On a small screen its rows are lists of names and values: the roles keep it a table.
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    el("table", { class: "stack", role: "table" }, el("caption", null, caption),
      el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, heads.map((h) => el("th", { scope: "col", role: "columnheader" }, h)))),
      el("tbody", { role: "rowgroup" }, rows.map((cells) => el("tr", { role: "row" },
        cells.map((c, i) => (i === 0 ? el("th", { scope: "row", role: "rowheader" }, c) : el("td", { role: "cell", "data-name": heads[i] }, c))))))));
}

// notice tells something in the line for that; no text takes it away.
export function notice(text, kind) {
  const line = byId("notice");
  line.textContent = text || "";
  line.className = kind || "";
}

// attempt runs something, and tells why where it fails.
export async function attempt(run) {
  try {
    notice("");
    await run();
  } catch (error) {
    notice(error.message, "bad");
  }
}

let lost = "";

// quietly is attempt for what nobody asked for: it leaves what was told of somebody's work,
// and takes back its own trouble once that is over.
export async function quietly(run) {
  try {
    await run();
    if (lost && byId("notice").textContent === lost) notice("");
    lost = "";
  } catch (error) {
    lost = error.message;
    notice(lost, "bad");
  }
}
