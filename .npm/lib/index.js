"use strict";
const { readFileSync } = require("node:fs");
const { binary } = require("./binary.js");
const { call, GraphemuError } = require("./call.js");
const { launch } = require("./server.js");
const { World } = require("./world.js");

/** The name of the world of this worker of vitest or jest; elsewhere, of this process. */
const workerName = (env = process.env) => `worker-${env.VITEST_POOL_ID ?? env.JEST_WORKER_ID ?? process.pid}`;

/** A server, and its world "default". */
class Graphemu extends World {
  #server;

  constructor(server, is, stop) {
    super(server, is);
    this.#server = server;
    this.stop = stop;
  }

  /** Another world: 1 to 64 letters, digits, dots, dashes and underscores. A name that is new makes a world. */
  async world(name) {
    return new World(this.#server, await call("POST", `${this.#server.control}worlds/${encodeURIComponent(name)}/token`, {}));
  }

  /** The world of this worker of vitest or jest. */
  worker() {
    return this.world(workerName());
  }
}

/** Starts a server on free ports, for this process. */
async function start(options = {}) {
  const { ready, stop } = await launch(options);
  try {
    const server = {
      origin: ready.http,
      https: ready.https,
      control: ready.control,
      caFile: ready.ca,
      ca: ready.ca && readFileSync(ready.ca, "utf8"),
      clientId: ready.clientId,
      clientSecret: ready.clientSecret,
    };
    if (!server.origin || !server.control) throw new TypeError("graphemu: start needs --http and --control");
    return new Graphemu(server, { world: "default", tenant: ready.tenant, token: ready.token }, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * Finds a server by the variables of graphemu exec, or of env of one that another process has
 * started. stop does nothing then.
 */
async function connect(env = process.env) {
  const control = env.GRAPHEMU_CONTROL_URL;
  if (!control || !env.GRAPHEMU_HTTP_URL) {
    throw new Error('graphemu: connect finds no GRAPHEMU_CONTROL_URL and GRAPHEMU_HTTP_URL; run the tests under "graphemu exec", or set what env of start() has');
  }
  const https = env.GRAPHEMU_ORIGIN?.startsWith("https:") ? env.GRAPHEMU_ORIGIN : undefined;
  const server = {
    origin: new URL(env.GRAPHEMU_HTTP_URL).origin,
    https,
    control,
    caFile: env.GRAPHEMU_CA,
    ca: https && (await call("GET", `${control}ca.pem`)),
    clientId: env.AZURE_CLIENT_ID,
    clientSecret: env.AZURE_CLIENT_SECRET,
  };
  return new Graphemu(server, await call("POST", `${control}worlds/default/token`, {}), async () => {});
}

module.exports = { start, connect, workerName, binary, GraphemuError };
