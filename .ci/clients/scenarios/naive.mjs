// A client that does not wait: whatever is refused it asks again at once, three
// times, and then it is content. It exits with 0.
const { GRAPHEMU_URL, GRAPHEMU_TOKEN } = process.env;

async function call(method, path, body) {
  for (let tries = 1; ; tries++) {
    const answer = await fetch(`${GRAPHEMU_URL}/education/synchronizationProfiles${path}`, {
      method,
      headers: { Authorization: `Bearer ${GRAPHEMU_TOKEN}`, "Content-Type": "application/json" },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    if (answer.status < 400 || tries > 3) return text;
  }
}

await call("GET", ""); // throttled is the first call
const { id } = JSON.parse(
  await call("POST", "", {
    displayName: "North",
    dataProvider: { "@odata.type": "#microsoft.graph.educationCsvDataProvider" },
    identitySynchronizationConfiguration: {
      "@odata.type": "#microsoft.graph.educationIdentityCreationConfiguration",
      userDomains: [{ appliesTo: "student", name: "contoso.edu" }, { appliesTo: "teacher", name: "contoso.edu" }],
    },
  }),
);
await call("GET", `/${id}`);
await call("GET", `/${id}`); // and the second of these
