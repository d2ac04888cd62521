// Words and numbers for people. Nothing here touches the page.

// clock is an instant's time of day with milliseconds, as the journal writes it.
export function clock(at) {
  const [, day, time] = /^(.{10})T([^Z+]*)/.exec(at) || [];
  if (!day) return at;
  const [whole, fraction = ""] = time.split(".");
  return `${whole}.${(fraction + "000").slice(0, 3)}`;
}

// reading is what a world's clock shows. Of one that runs, milliseconds would be old when they are read.
export const reading = (c) => `${c.now.slice(0, 10)} ${c.mode === "frozen" ? clock(c.now) : clock(c.now).slice(0, 8)} ${c.mode}${c.mode === "scaled" ? ` ×${c.factor}` : ""}`;

// later is a clock's reading so many real milliseconds after it was read.
export const later = (c, passed) => (c.mode === "frozen" ? c : { ...c, now: new Date(Date.parse(c.now) + passed * (c.factor ?? 1)).toISOString() });

// many is a number with its noun.
export const many = (n, one, more = one + "s") => `${n} ${n === 1 ? one : more}`;

const units = { h: 3600, m: 60, s: 1, ms: 1e-3, us: 1e-6, "µs": 1e-6, "μs": 1e-6, ns: 1e-9 };

// seconds reads a duration as Go writes it, "1m30s".
export function seconds(text) {
  let sum = 0;
  for (const [, n, unit] of String(text || "").matchAll(/(\d+(?:\.\d+)?)(h|ms|m|us|µs|μs|ns|s)/g)) sum += Number(n) * units[unit];
  return sum;
}

// rounded is a duration as Go writes it, to the millisecond; of a shorter one to the
// microsecond.
export const rounded = (text) => String(text).replace(/\d+\.\d+(?=(h|ms|m|us|µs|μs|ns|s)$)/, (n, unit) => String(unit === "s" ? Number(Number(n).toFixed(3)) : Math.round(n)));

// kind is how a request ended, for its colour.
export const kind = (e) => (e.detail?.early ? "early" : e.status >= 500 || e.status === 0 ? "server" : e.status >= 400 ? "client" : "fine");

// struck tells what the scenario did to a request, and what the client did wrong.
export function struck(entry) {
  const d = entry.detail || {};
  const list = [];
  if (d.early) list.push({ kind: "early", text: `${rounded(d.early.by)} too early, after #${d.early.entry}` });
  if (d.fault) list.push({ kind: "fault", text: `fault ${d.fault.rule}: ${(d.fault.effects || []).join(", ")}` });
  if (d.throttled) list.push({ kind: "fault", text: `throttle ${d.throttled}` });
  if (d.burst) list.push({ kind: "fault", text: `burst, ${d.burst}` });
  if (d.retryAfter) list.push({ kind: "wait", text: `wait ${rounded(d.retryAfter)}` });
  if (d.lifecycle) list.push({ kind: "life", text: `lifecycle ${d.lifecycle}` });
  if (list.length === 0 && entry.error) list.push({ kind: "error", text: entry.error.code });
  if (list.length === 0 && d.nearMisses?.length > 0) {
    const [first, ...others] = d.nearMisses;
    const more = others.length > 0 ? `; and nearly by ${others.map((m) => m.rule).join(", ")}` : "";
    list.push({ kind: "miss", text: `nearly struck by fault ${first.rule}: ${first.why}${more}` });
  }
  return list;
}

// judged is what a verdict comes to: its kind, for the colour, its title, and the first cause
// with the entries to look at. run is that of a report: its label, where there are several,
// and how it failed where the verdict is good. has is that of cause.
export function judged(v, run = {}, has = undefined) {
  const of = run.label ? `Run ${run.label}` : "";
  const told = (kind, title, text, entries = []) => ({ kind, title, text: [of, text].filter(Boolean).join(": "), entries });
  if (run.failed) return told("bad", "Not passed", `${run.failed.replace(/\.$/, "")}.`);
  const why = cause(v, has), text = why.text === v.summary ? "" : why.text;
  if (isQuiet(v)) return told("quiet", "Nothing yet", text, why.entries);
  if (v.ok) return v.offered ? told("idle", "Not exercised", text, why.entries) : told("good", "Passed", text, why.entries);
  return told("bad", isIdle(v) ? "Not exercised" : "Not passed", text, why.entries);
}

// cause is why a verdict is what it is, in a sentence, with the entries to look at. has
// tells whether entries of a chapter that is over are there all the same.
export function cause(verdict, has = () => false) {
  const where = ({ chapter: c }) => (!c ? "" : c.name ? `In "${c.name}": ` : c.closedBy ? `In chapter ${c.number}: ` : "");
  if (!verdict.ok || verdict.offered) {
    const spared = isIdle(verdict) && (verdict.scenarios || []).find((s) => s.spared);
    if (spared) {
      const calls = spared.spared === 1 ? "1 call was" : `${spared.spared} calls were`;
      return { text: `By chance ${calls} spared by the scenario ${spared.scenario}, which is not the client's doing: try another seed, or more calls.`, entries: [] };
    }
    for (const w of (!verdict.ok && verdict.worlds) || []) {
      const failed = (w.expectations || []).find((e) => !e.ok);
      if (failed) return { text: `${where(w)}Expected: ${failed.expected}. But ${failed.seen}.`, entries: ((!isClosed(w) || has(failed.entries)) && failed.entries) || [] };
    }
    if (isQuiet(verdict)) return { text: "No request came yet.", entries: [] };
    const idle = (verdict.scenarios || []).find((s) => !s.exercised);
    if (idle) {
      const called = (idle.called || []).join(", ") || "nothing";
      return { text: `Nothing of the scenario ${idle.scenario} came into play: it has ${idle.rules.join(", ")}; called was ${called}.`, entries: [] };
    }
    const set = (verdict.settings || [])[0];
    if (set) return { text: `No call had to do with the scenario ${set.scenario}.`, entries: [] };
  }
  const warning = (verdict.warnings || [])[0];
  if (warning) return { text: `Warning: ${warning.message}`, entries: ((!isClosed(warning) || has(warning.entries)) && warning.entries) || [] };
  return { text: verdict.summary, entries: [] };
}

// isClosed tells that a result is of a chapter that is over. Its entries are in no journal
// any more; the verdict has kept lines of them.
export const isClosed = (result) => Boolean(result.chapter?.closedBy);

// isIdle tells that nothing of the scenarios had to do with a call, and that all that is not
// met is for want of calls.
export function isIdle(verdict) {
  const scenarios = verdict.scenarios || [], spared = scenarios.some((s) => s.spared);
  return scenarios.length > 0 && scenarios.every((s) => !s.exercised) && !verdict.omitted?.failed &&
    (verdict.worlds || []).every((w) => (w.expectations || []).every((e) => e.ok || e.lack === "use" || (spared && e.lack === "calls")));
}

// isQuiet tells that nobody came, so that there is nothing to judge.
export const isQuiet = (verdict) => (verdict.worlds || []).every((w) => !w.entries && (w.expectations || []).every((e) => e.ok));

// quote makes a text one word of a shell.
export const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`;

// address is the path and the query as they stand in a URL. The journal has the query as
// it was sent, and the path decoded.
const address = (e) => e.path.split("/").map((p) => encodeURIComponent(p).replace(/%(?:24|26|2B|2C|3A|3B|3D|40)/g, decodeURIComponent)).join("/") + (e.query ? "?" + e.query : "");

// curl is the command that sends a request again. The token is no part of a journal, and
// headers are none: one that advanced queries need is added where the answer was good.
export function curl(entry, origin) {
  const url = origin + address(entry);
  const parts = ["curl -i"];
  if (/[[\]{}]/.test(url)) parts.push("-g"); // else curl would read more than one address
  if (url.startsWith("https:")) parts.push("-k"); // a terminal does not trust what the browser was told to
  if (entry.method === "HEAD") parts.push("-I"); // with -X it would wait for a body
  else if (entry.method !== "GET") parts.push(`-X ${quote(entry.method)}`);
  if (!/^\/[^/]*\/oauth2\//.test(entry.path)) {
    const fallback = /^[\w-]+$/.test(entry.world) && entry.world !== "default" ? `world-${entry.world}` : "anything";
    parts.push(`-H "Authorization: Bearer \${TOKEN:-${fallback}}"`);
  }
  const body = entry.requestBody || "";
  if (entry.status < 400 && /(^|&)(\$|%24)(search=|count=true)/.test(entry.query || "")) parts.push("-H 'ConsistencyLevel: eventual'");
  if (/^\s*[[{]/.test(body)) parts.push("-H 'Content-Type: application/json'");
  // Raw: a body that begins with @ is no name of a file.
  if (body || !["GET", "HEAD", "DELETE"].includes(entry.method)) parts.push(`--data-raw ${quote(body)}`);
  parts.push(quote(url));
  return parts.join(" ");
}

// pretty is JSON with line breaks, or the text itself where it is none.
export function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

// standing is where a profile stands, or that an object is not there.
export function standing(s) {
  if (!s) return "";
  if (s.gone) return "gone";
  return [s.state, s.status].filter(Boolean).join(", ");
}
