// A client that does not wait: whatever is refused it asks again at once, three
// times, and then it is content. It exits with 0.
const { GRAPHEMU_URL, GRAPHEMU_TOKEN } = process.env;

async function call(method, path, body) {
  for (let tries = 1; ; tries++) {
    const answer = await fetch(GRAPHEMU_URL + path, {
      method,
      headers: { Authorization: `Bearer ${GRAPHEMU_TOKEN}`, "Content-Type": "application/json" },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    if (answer.status < 400 || tries > 3) return text;
  }
}

const profiles = "/education/synchronizationProfiles";
await call("GET", "/users"); // throttled is the first call
const { id } = JSON.parse(
  await call("POST", profiles, {
    displayName: "North",
    dataProvider: { "@odata.type": "#microsoft.graph.educationCsvDataProvider" },
    identitySynchronizationConfiguration: {
      "@odata.type": "#microsoft.graph.educationIdentityCreationConfiguration",
      userDomains: [{ appliesTo: "student", name: "contoso.edu" }, { appliesTo: "teacher", name: "contoso.edu" }],
    },
  }),
);
await call("GET", `${profiles}/${id}`);
await call("GET", `${profiles}/${id}`); // and the second of these
