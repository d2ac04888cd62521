// Where things of the timeline stand. Nothing here touches the page.

import { seconds, standing } from "./words.js";

export const laneHeight = 58;
export const maxLanes = 60;
const step = 18, left = 12, top = 34, margin = 100;

// laneOf is whose lane a request is in: a profile's, another object's, else its path's.
export const laneOf = (e) => (e.profile ? `profile ${e.profile}` : e.subject ? e.subject.path : e.path);

// layout puts entries, and events of the clock, into lanes, and times on an axis. factor
// is the world's seconds in one of the client's, room the width that there is. Requests at one instant stand side by
// side; a long wait takes less room than it lasts, so that all can be seen.
export function layout(entries, events, factor, room = 0) {
  const lanes = new Map();
  const lane = (key) => {
    if (!lanes.has(key)) lanes.set(key, { key, name: key, y: 0, requests: [], bands: [], events: [], states: [] });
    return lanes.get(key);
  };
  const byId = new Map(entries.map((e) => [e.id, e]));
  const stops = [];
  for (const e of entries) {
    const at = Date.parse(e.at), mine = lane(laneOf(e));
    const stop = { at, order: 1, id: e.id };
    stops.push(stop);
    mine.requests.push({ entry: e, stop });
    stand(mine, stop, e.before && standing(e.before));
    stand(mine, stop, e.after && standing(e.after));
    const wait = seconds(e.detail?.retryAfter) * (factor > 0 ? factor : 1);
    if (wait > 0) {
      const end = { at: at + wait * 1000, order: 0, id: e.id };
      stops.push(end);
      mine.bands.push({ entry: e, from: stop, to: end, own: true });
    }
  }
  // A call may be early for an answer that another lane got: the window is drawn there too.
  for (const e of entries) {
    const early = e.detail?.early, first = early && byId.get(early.entry);
    if (!first || laneOf(first) === laneOf(e)) continue;
    const band = lane(laneOf(first)).bands.find((b) => b.entry === first);
    const mine = lane(laneOf(e));
    if (band && !mine.bands.some((b) => b.entry === first)) mine.bands.push({ ...band, own: false });
  }
  for (const h of events) {
    const stop = { at: Date.parse(h.at), order: 2, id: 0 }, mine = lane(h.profile ? `profile ${h.profile}` : h.subject || "other");
    if (h.displayName) mine.name = `${h.displayName} (${mine.key})`;
    stops.push(stop);
    mine.events.push({ event: h, stop });
    stand(mine, stop, standing(h.to));
  }
  stops.sort((a, b) => a.at - b.at || a.order - b.order || a.id - b.id);
  let x = left, before = null;
  for (const s of stops) {
    if (before !== null) x += s.at === before ? (s.order === 0 ? 0 : step) : step + Math.min(110, 26 * Math.log2(1 + (s.at - before) / 1000));
    s.x = x;
    before = s.at;
  }
  // A short run is drawn wider, so that it fills the room.
  const wider = Math.min(4, Math.max(1, (room - left - margin) / Math.max(1, x - left)));
  for (const s of stops) s.x = left + (s.x - left) * wider;
  // Those with early calls come first: they are what is looked for.
  const all = [...lanes.values()].sort((a, b) => isEarly(b) - isEarly(a));
  all.forEach((l, i) => { l.y = top + i * laneHeight; });
  for (const l of all) l.states.sort((a, b) => a.stop.x - b.stop.x);
  return { lanes: all.slice(0, maxLanes), more: Math.max(0, all.length - maxLanes), stops, width: Math.max(room, left + (x - left) * wider + margin), height: top + Math.min(all.length, maxLanes) * laneHeight + 8 };
}

const isEarly = (lane) => lane.requests.some(({ entry }) => entry.detail?.early);

// inMiddle is a text of at most so many characters: a path begins and ends with what tells it.
export const inMiddle = (text, most) => (text.length <= most ? text : text.slice(0, Math.ceil(most / 2) - 1) + "…" + text.slice(text.length - Math.floor(most / 2)));

// stand notes where a subject stands.
function stand(lane, stop, text) {
  if (text) lane.states.push({ stop, text });
}

// segments joins what stays as it is.
export function segments(states, end) {
  const list = [];
  for (const s of states) {
    const last = list.at(-1);
    if (last && last.text === s.text) continue;
    if (last) last.to = s.stop.x;
    list.push({ text: s.text, from: s.stop.x, to: end });
  }
  return list.filter((s) => s.to > s.from);
}

// ticks are the times that there is room to write.
export function ticks(stops, room = 92) {
  const list = [];
  for (const s of stops) {
    const last = list.at(-1);
    if (!last || (s.at !== last.at && s.x - last.x >= room)) list.push({ x: s.x, at: s.at });
  }
  return list;
}
