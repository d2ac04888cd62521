/** An object of JSON. */
export type Json = Record<string, any>;

export interface StartOptions {
  /** Built-in names, files, or scenarios as objects, such as `{ version: 1, faults: […] }`. They add up. */
  scenario?: string | Json | (string | Json)[];
  /** What a world starts from: a built-in name, a file or folder, or a fixture as an object. */
  fixture?: string | Json;
  /** Graph's metadata: folders or files, as `--metadata` takes them. */
  metadata?: string | string[];
  /** How tokens are looked at. */
  auth?: "lenient" | "strict" | "off";
  /** `real`, `frozen`, `frozen@2026-01-05T06:00:00Z` or `x60`. */
  clock?: string;
  /** What ids and chance are drawn from. */
  seed?: number | bigint | string;
  /** What makes a verdict fail. */
  verify?: "off" | "warn" | "strict";
  /** Readings, as `{ createStatus: "201" }`. */
  variants?: Record<string, string>;
  /** Further flags of `graphemu serve`. */
  args?: string[];
  /** The binary, else that of GRAPHEMU_BINARY, else that of this system's package. */
  binary?: string;
  /** Shows the server's log on standard error. */
  log?: boolean;
}

/** Starts a server on free ports. It ends with `stop`, and by itself where this process is gone. */
export function start(options?: StartOptions): Promise<Graphemu>;

/** Finds a server by the variables of `graphemu exec`, or by those of `env` of one that another process has started. */
export function connect(env?: Record<string, string | undefined>): Promise<Graphemu>;

/** The name of the world of this worker of vitest or jest; elsewhere, of this process. */
export function workerName(env?: Record<string, string | undefined>): string;

/** The path of the binary. */
export function binary(): string;

/** What the server answered where it was no success, or a verdict that failed. */
export class GraphemuError extends Error {
  readonly status?: number;
  readonly body?: any;
  readonly verdict?: Verdict;
}

/** A world: one tenant, with its own state, clock, faults and journal. */
export interface World {
  readonly name: string;
  /** Its tenant's id. */
  readonly tenant: string;
  /** A token of a user of this world. */
  readonly token: string;
  /** `{ Authorization: "Bearer …" }`, for fetch and the like. */
  readonly headers: { Authorization: string };
  /** Graph's beta, as http://127.0.0.1:40123/beta. */
  readonly url: string;
  /** Graph's v1.0. */
  readonly v1Url: string;
  /** An app that can sign in, with its secret. */
  readonly clientId: string;
  readonly clientSecret: string;
  /** For `Client.initWithMiddleware` of @microsoft/microsoft-graph-client. */
  readonly clientOptions: { baseUrl: string; customHosts: Set<string>; middleware: any[] };
  /** For the credentials of @azure/identity: `new ClientSecretCredential(w.tenant, w.clientId, w.clientSecret, w.credentialOptions)`. */
  readonly credentialOptions: { authorityHost: string; disableInstanceDiscovery: boolean; tlsOptions: { ca: string } };
  /** The variables for a child process, as `graphemu exec` sets them. */
  readonly env: Record<string, string>;
  readonly clock: Clock;
  readonly faults: Faults;
  readonly journal: Journal;
  /** Graph as another app would call it, without token, fault or journal: to arrange, and to look. A path is one of v1.0, or begins with the version. */
  readonly graph: {
    get<T = any>(path: string): Promise<T>;
    post<T = any>(path: string, body?: unknown): Promise<T>;
    patch<T = any>(path: string, body?: unknown): Promise<T>;
    put<T = any>(path: string, body?: unknown): Promise<T>;
    delete(path: string): Promise<void>;
  };
  readonly scenario: {
    /** Another scenario for this world: YAML, an object, or the name of a built-in one. It stays in force over a `reset`. */
    set(scenario: string | Json): Promise<unknown>;
    /** Back to the server's. */
    unset(): Promise<unknown>;
  };
  /** Another token: of certain permissions, of a user, or one with a flaw. */
  newToken(options?: TokenOptions): Promise<string>;
  /**
   * Back to the fixture and to the beginning of the scenario. What was called before is judged as a chapter of this name.
   * Ids and chance are drawn from the seed, until the next reset: the server's where none is given.
   *
   * A scenario that `scenario.set` has put in force stays. With `scenario: null` the server's comes back, and another that is
   * given, as `scenario.set` takes it, is put in force first.
   */
  reset(options?: { name?: string; fixture?: string | Json; seed?: number; scenario?: string | Json | null }): Promise<void>;
  /** How the clients of this world did since its last reset; with `all`, what was called before it counts, too. */
  verdict(options?: VerdictOptions): Promise<Verdict>;
  /** The same, but throws where they did not do as the scenario expects. */
  verify(options?: VerdictOptions): Promise<Verdict>;
}

/** A server, and its world `default`. */
export interface Graphemu extends World {
  /** Another world: 1 to 64 letters, digits, dots, dashes and underscores. A name that is new makes a world. */
  world(name: string): Promise<World>;
  /** The world of this worker of vitest or jest. */
  worker(): Promise<World>;
  /** Ends the server; does nothing to one that `connect` has found. */
  stop(): Promise<void>;
}

export interface VerdictOptions {
  /** Warnings are failures, too. */
  strict?: boolean;
  /** Judge all chapters of the world, and not only what was called since its last reset. */
  all?: boolean;
}

export interface TokenOptions {
  scopes?: string[];
  roles?: string[];
  app?: string;
  user?: string;
  audience?: string;
  /** A duration such as `1h`, or `-1h` for a token that has expired. */
  expires?: string;
  after?: string;
  flaw?: string;
}

export interface Clock {
  now(): Promise<Date>;
  freeze(): Promise<Moved>;
  set(time: string | Date): Promise<Moved>;
  /** By a duration such as `90s` or `2h30m`, or by milliseconds. */
  advance(by: string | number): Promise<Moved>;
  /** Until nothing is left that happens by itself. */
  untilIdle(): Promise<Moved>;
  /** The world's seconds in a real one. */
  scale(factor: number): Promise<Moved>;
  /** What is still to come by itself. */
  due(): Promise<{ due: Happening[]; more: number }>;
}

/** A clock after it was moved, and what came due by that. */
export interface Moved {
  now: string;
  mode: string;
  factor: number;
  happened: Happening[];
  more: number;
}

export interface Happening {
  at: string;
  displayName: string;
  profile?: string;
  subject?: string;
  [more: string]: any;
}

export interface Faults {
  list(): Promise<{ rule: Json; matched: number; fired: number }[]>;
  /** Adds a fault as scenarios have them, such as `{ operation: "users.list", calls: "first 1", respond: { status: 429 } }`, and returns its name. */
  arm(fault: Json): Promise<string>;
  /** Takes one away, or all. */
  disarm(name?: string): Promise<void>;
}

export interface Journal {
  list(filter?: { operation?: string; status?: string | number; since?: number | string; contains?: string; limit?: number }): Promise<Entry[]>;
  /** One entry in words: what happened to it, and why. */
  explain(id: number): Promise<string>;
  clear(): Promise<void>;
}

/** A request, or a part of a batch. */
export interface Entry {
  id: number;
  world: string;
  at: string;
  operation?: string;
  level?: "emulated" | "generic" | "unsupported";
  method: string;
  path: string;
  query?: string;
  /** 0: no answer was sent. */
  status: number;
  requestId: string;
  requestBody?: string;
  responseBody?: string;
  [more: string]: any;
}

export interface Verdict {
  ok: boolean;
  /** The same in a line. */
  summary: string;
  worlds: Json[];
  warnings: { kind: string; message: string; [more: string]: any }[];
  [more: string]: any;
}
