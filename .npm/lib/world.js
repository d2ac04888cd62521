"use strict";
// A world: one tenant, with its own state, clock, faults and journal.
const { call, GraphemuError } = require("./call.js");
// A text like this is no scenario, which has a colon at least: it is the name of a built-in one.
const isName = (text) => typeof text === "string" && text.trim() !== "" && !/[\n:]/.test(text);
const { clientOptions } = require("./client.js");

const duration = (by) => (typeof by === "number" ? `${by}ms` : by);
const query = (values = {}) => {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return given.length > 0 ? `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}` : "";
};

const judged = ({ all, ...options } = {}, more) => query({ chapter: all ? "all" : "current", ...options, ...more });

class World {
  #server;

  /** server: {origin, https, control, ca, clientId, clientSecret}; is: {world, tenant, token} of the control API. */
  constructor(server, is) {
    this.#server = server;
    this.name = is.world;
    this.tenant = is.tenant;
    this.token = is.token;
    this.url = `${server.origin}/beta`;
    this.v1Url = `${server.origin}/v1.0`;
    this.clientId = server.clientId;
    this.clientSecret = server.clientSecret;

    const at = (path) => `${server.control}worlds/${encodeURIComponent(this.name)}/${path}`;
    const ask = (method, path, body, media) => call(method, at(path), body, media);
    this.ask = ask;
    Object.defineProperty(this, "ask", { enumerable: false });

    this.clock = {
      now: async () => new Date((await ask("GET", "clock")).now),
      freeze: () => ask("POST", "clock", { freeze: true }),
      set: (time) => ask("POST", "clock", { set: time instanceof Date ? time.toISOString() : time }),
      advance: (by) => ask("POST", "clock", { advance: duration(by) }),
      untilIdle: () => ask("POST", "clock", { advance: "idle" }),
      scale: (factor) => ask("POST", "clock", { scale: factor }),
      due: () => ask("GET", "due"),
    };
    this.faults = {
      list: async () => (await ask("GET", "faults")).faults,
      arm: async (fault) => (await ask("POST", "faults", fault)).rule.name,
      disarm: (name) => (name === undefined ? ask("DELETE", "faults") : ask("DELETE", `faults/${encodeURIComponent(name)}`)),
    };
    this.journal = {
      list: async (filter) => (await ask("GET", `journal${query(filter)}`)).entries,
      explain: (id) => ask("GET", `journal/${id}`, undefined, { accept: "text/plain" }),
      clear: () => ask("DELETE", "journal"),
    };
    // Graph as another app would call it: to arrange, and to look.
    const graph = (method) => (path, body) => {
      path = path.replace(/^\/+/, "");
      return ask(method, `graph/${/^(v1\.0|beta)\//.test(path) ? "" : "v1.0/"}${path.replaceAll(" ", "%20")}`, body);
    };
    this.graph = { get: graph("GET"), post: graph("POST"), patch: graph("PATCH"), put: graph("PUT"), delete: graph("DELETE") };
    const builtIn = async (name) => {
      const scenarios = `${server.control}scenarios`;
      try {
        return await call("GET", `${scenarios}/${encodeURIComponent(name)}`, undefined, { accept: "application/yaml" });
      } catch (error) {
        if (error.status !== 404) throw error;
        const { scenarios: names } = await call("GET", scenarios);
        const more = { status: 404, body: error.body };
        throw new GraphemuError(`graphemu: there is no built-in scenario "${name}", only ${names.join(", ")}; of a file, give the text`, more);
      }
    };
    this.scenario = {
      set: async (scenario) => {
        if (isName(scenario)) return ask("PUT", `scenario${query({ name: scenario })}`, await builtIn(scenario), { type: "application/yaml" });
        return ask("PUT", "scenario", scenario, { type: typeof scenario === "string" ? "application/yaml" : "application/json" });
      },
      unset: () => ask("DELETE", "scenario"),
    };
  }

  /** For fetch and the like. */
  get headers() {
    return { Authorization: `Bearer ${this.token}` };
  }

  /** For Client.initWithMiddleware of @microsoft/microsoft-graph-client, over http: see client.js. */
  get clientOptions() {
    return clientOptions(this.#server.origin, async () => this.token);
  }

  /** For the credentials of @azure/identity, as ClientSecretCredential(tenant, clientId, clientSecret, credentialOptions). */
  get credentialOptions() {
    const { https, ca } = this.#server;
    if (!https) throw new GraphemuError("graphemu: @azure/identity wants https, which this server was started without");
    return { authorityHost: https, disableInstanceDiscovery: true, tlsOptions: { ca } };
  }

  /** For a child process: what graphemu exec sets for its command. */
  get env() {
    const { origin, https, control, caFile } = this.#server;
    const secure = https || origin;
    const all = {
      GRAPHEMU_URL: `${secure}/beta`,
      GRAPHEMU_HTTP_URL: this.url,
      GRAPHEMU_V1_URL: `${secure}/v1.0`,
      GRAPHEMU_V1_HTTP_URL: this.v1Url,
      GRAPHEMU_ORIGIN: secure,
      GRAPHEMU_CONTROL_URL: control,
      GRAPHEMU_TOKEN: this.token,
      GRAPHEMU_TENANT: this.tenant,
      GRAPHEMU_CA: caFile,
      NODE_EXTRA_CA_CERTS: caFile,
      AZURE_AUTHORITY_HOST: https && `${https}/`,
      AZURE_TENANT_ID: this.tenant,
      AZURE_CLIENT_ID: this.clientId,
      AZURE_CLIENT_SECRET: this.clientSecret,
    };
    return Object.fromEntries(Object.entries(all).filter(([, value]) => value));
  }

  async newToken(options = {}) {
    return (await this.ask("POST", "token", options)).token;
  }

  /** Back to the fixture and the beginning of the scenario: of another one where it is given, of the server's where that is null. */
  async reset({ scenario, ...options } = {}) {
    if (scenario === null) await this.scenario.unset();
    else if (scenario !== undefined) await this.scenario.set(scenario);
    await this.ask("POST", "reset", options); // after that: a scenario may bring a fixture
  }

  /** How the clients of this world did since the last reset; with all: true, in all chapters. */
  verdict(options) {
    return this.ask("GET", `verify${judged(options)}`);
  }

  /** The same, but it throws where they did not do as the scenario expects. */
  async verify(options) {
    const verdict = await this.verdict(options);
    if (!verdict.ok) throw new GraphemuError(await this.ask("GET", `verify${judged(options, { format: "text" })}`), { verdict });
    return verdict;
  }
}

module.exports = { World };
