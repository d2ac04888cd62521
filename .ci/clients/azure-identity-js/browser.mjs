#!/usr/bin/env node
// The browser of a user who signs in: it opens the page, picks the user that the
// address hints at, and lets the page that posts itself do so.
import { writeFileSync } from "node:fs";

const unescaped = (text) => text.replace(/&#(\d+);/g, (_, n) => String.fromCharCode(n)).replaceAll("&amp;", "&");

// form finds the first form that has a field of that name, and its hidden fields.
function form(page, name) {
  for (const [, action, inside] of page.matchAll(/<form method="post" action="([^"]*)">(.*?)<\/form>/gs)) {
    if (!inside.includes(`name="${name}"`)) continue;
    const hidden = inside.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g);
    return { action: unescaped(action), fields: Object.fromEntries([...hidden].map(([, name, value]) => [name, unescaped(value)])) };
  }
  throw new Error(`no form with ${name}: ${page}`);
}

async function read(answer) {
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.url} answered ${answer.status}: ${text}`);
  return text;
}

try {
  const address = new URL(process.argv[2]);
  const first = await fetch(address);
  const cookie = first.headers.getSetCookie().map((c) => c.split(";")[0]).join("; ");
  const page = form(await read(first), "user");
  const body = new URLSearchParams({ ...page.fields, user: address.searchParams.get("login_hint") });
  const back = form(await read(await fetch(new URL(page.action, address), { method: "POST", body, headers: { Cookie: cookie } })), "state");
  await read(await fetch(back.action, { method: "POST", body: new URLSearchParams(back.fields) }));
} catch (error) {
  writeFileSync("browser.log", `${error.stack}\n${error.cause ?? ""}`); // nobody reads its standard error
  process.exitCode = 1;
}
