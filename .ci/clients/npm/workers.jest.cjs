const { connect } = require("graphemu");
const { meet } = require("../meet.cjs");

// Two files hold this test. Each waits until the other is there, so that both run at once.
test("workers do not meet", async () => {
  const world = await (await connect()).worker();
  expect(world.name).toMatch(/^worker-\d+$/);
  expect(await meet(world.name)).toHaveLength(2);
  await world.graph.post("groups", { displayName: world.name, mailNickname: world.name, mailEnabled: false, securityEnabled: true });
  await meet(`${world.name}-wrote`);
  const { value } = await world.graph.get("groups?$filter=startsWith(displayName,'worker-')");
  expect(value.map((group) => group.displayName)).toEqual([world.name]);
});
