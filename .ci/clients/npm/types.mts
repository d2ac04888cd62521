import { ClientSecretCredential } from "@azure/identity";
import { Client, type ClientOptions } from "@microsoft/microsoft-graph-client";
import { connect, GraphemuError, start, workerName, type Graphemu, type Verdict, type World } from "graphemu";

export async function all(): Promise<void> {
  const g: Graphemu = await start({ scenario: ["throttled", { version: 1 }], fixture: "contoso", clock: "frozen", variants: { createStatus: "201" } });
  const w: World = await g.world(workerName());
  const options: ClientOptions = w.clientOptions;
  Client.initWithMiddleware(options);
  new ClientSecretCredential(w.tenant, w.clientId, w.clientSecret, w.credentialOptions);
  const name: string = await w.faults.arm({ operation: "users.list", respond: { status: 429 } });
  await w.faults.disarm(name);
  const at: Date = await w.clock.now();
  await w.clock.advance(1000);
  await w.clock.set(at);
  const status: number[] = (await w.journal.list({ status: "4xx" })).map((entry) => entry.status);
  const user = await w.graph.get<{ displayName: string }>("users/ann@contoso.edu");
  const verdict: Verdict = await w.verify({ strict: true, all: true });
  await w.reset({ scenario: "throttled", name: "one" });
  await w.reset({ scenario: null });
  if (verdict.ok && status.length > 0) console.log(user.displayName);
  // @ts-expect-error there is no such option
  await start({ scenarios: "throttled" });
  await connect({ GRAPHEMU_CONTROL_URL: "" }).catch((error: GraphemuError) => error.verdict?.ok);
  await g.stop();
}
