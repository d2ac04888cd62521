// The journal as it comes.

export const most = 300; // entries that the page keeps, and rows that it shows

// Feed follows a world's journal. It keeps the newest entries without their bodies,
// oldest first, and tells its listener: "entries", "reset", "gone", "missed" or "state".
export class Feed {
  #source = null;
  #listener = () => {};
  #waiting = [];
  #frame = 0;
  #again = 0;
  #paused = false;
  #pause = 50;

  constructor(url, open = (u) => new EventSource(u)) {
    this.url = url;
    this.open = open;
    this.entries = [];
    this.seen = new Set();
    this.filter = {};
    this.missed = 0;
    this.connected = false;
    this.last = ""; // the id of the event that came last
    this.begin();
  }

  listen(f) { this.#listener = f; }

  query(more) { return this.url + "?" + new URLSearchParams({ ...this.filter, ...more }); }

  // begin asks anew, by the filter.
  begin() {
    this.close();
    this.clear();
    this.last = "";
    this.#ask();
  }

  // pause ends the stream while nobody looks: a browser has few connections to a server, and
  // the next page would wait for one. resume goes on where it was.
  pause() {
    if (!this.#source) return;
    this.#paused = true;
    this.close();
    this.#state(false);
  }

  resume() {
    if (this.#paused) this.#ask();
  }

  // #ask opens the stream. A browser comes back by itself after a break, and names the last
  // id; it gives up where something else answers, as a proxy whose server is away. Then it
  // is asked again from here.
  #ask() {
    this.#paused = false;
    const source = this.#source = this.open(this.query({ follow: "true", limit: String(most), ...(this.last && { last: this.last }) }));
    source.onopen = () => this.#state(true);
    source.onerror = () => {
      this.#state(false);
      if (source.readyState === 2 && this.#source === source) this.#again = setTimeout(() => this.#ask(), 2000);
    };
    source.onmessage = (event) => {
      this.last = event.lastEventId || "";
      this.#take(JSON.parse(event.data));
    };
    source.addEventListener("reset", () => { this.clear(); this.#listener("reset"); });
    source.addEventListener("missed", (event) => { this.missed += Number(event.data); this.#listener("missed"); });
    source.addEventListener("gone", () => { this.close(); this.#state(false); this.#listener("gone"); });
  }

  clear() {
    this.entries = [];
    this.seen = new Set();
    this.missed = 0;
    this.#waiting = [];
  }

  close() {
    clearTimeout(this.#again);
    this.#source?.close();
    this.#source = null;
  }

  #state(connected) {
    if (this.connected === connected) return;
    this.connected = connected;
    this.#listener("state");
  }

  // #take keeps an entry. Many that come at once are shown at once.
  #take(entry) {
    const { requestBody, responseBody, ...rest } = entry;
    this.#waiting.push(rest);
    if (this.#waiting.length > most) this.#waiting.splice(0, this.#waiting.length - most);
    this.#frame ||= setTimeout(() => { this.#frame = 0; this.flush(); }, this.#pause);
  }

  flush() {
    const came = new Map(this.#waiting.filter((e) => !this.seen.has(e.id)).map((e) => [e.id, e]));
    this.#waiting = [];
    this.#pause = came.size > 100 ? 300 : 50; // a flood is drawn less often
    if (came.size === 0) return;
    this.entries = this.entries.concat([...came.values()]).sort((a, b) => a.id - b.id).slice(-most);
    this.seen = new Set(this.entries.map((e) => e.id));
    this.#listener("entries");
  }
}
