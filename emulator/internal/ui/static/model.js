// What $metadata tells of paths: sets, singletons, and where links lead. It is read by
// patterns: the page needs names alone, and the documents are written by graphemu.

export function parse(xml) {
  const model = { sets: new Map(), types: new Map() };
  for (const [, head, body = ""] of xml.matchAll(/<EntityType\s([^>]*?)(?:\/>|>([\s\S]*?)<\/EntityType>)/g)) {
    const links = new Map();
    for (const [, a] of body.matchAll(/<NavigationProperty\s([^>]*?)\/?>/g)) links.set(attribute(a, "Name"), target(attribute(a, "Type")));
    model.types.set(attribute(head, "Name"), { base: short(attribute(head, "BaseType")), links });
  }
  for (const [, a] of xml.matchAll(/<EntitySet\s([^>]*?)\/?>/g)) model.sets.set(attribute(a, "Name"), { type: short(attribute(a, "EntityType")), many: true });
  for (const [, a] of xml.matchAll(/<Singleton\s([^>]*?)\/?>/g)) model.sets.set(attribute(a, "Name"), { type: short(attribute(a, "Type")), many: false });
  return model;
}

const attribute = (text, name) => new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(text)?.[1] || "";
const short = (name) => name.replace(/^.*\./, "");

function target(type) {
  const inner = /^Collection\((.*)\)$/.exec(type);
  return { type: short(inner ? inner[1] : type), many: Boolean(inner) };
}

// linksOf are the links of a type and of those that it is made from.
export function linksOf(model, name) {
  const found = new Map();
  for (let type = model.types.get(name), depth = 0; type && depth < 20; type = model.types.get(type.base), depth++) {
    for (const [link, to] of type.links) if (!found.has(link)) found.set(link, to);
  }
  return found;
}

// walk follows a path, and returns {type, many}; null where the model ends.
export function walk(model, path) {
  let at = null;
  for (const part of path.split("/").filter(Boolean)) {
    if (!at) at = model.sets.get(part) || null;
    else if (at.many) at = { type: at.type, many: false }; // a key
    else at = linksOf(model, at.type).get(part) || null;
    if (!at) return null;
  }
  return at;
}
