// The control API. The page calls nothing else.

export const prefix = document.body.dataset.prefix;

// path puts a path under the prefix together; each part is escaped.
export const path = (...parts) => prefix + parts.map(encodeURIComponent).join("/");

// call sends a request and returns what was answered: a value where it is JSON, else
// the text. It fails with what the problem document says.
export async function call(method, url, body, accept = "application/json") {
  const options = { method, headers: { Accept: accept }, cache: "no-store" };
  if (body !== undefined) {
    options.body = typeof body === "string" || body instanceof Blob ? body : JSON.stringify(body);
    options.headers["Content-Type"] = "application/json";
  }
  let answer;
  try {
    answer = await fetch(url, options);
  } catch {
    throw new Error("The server does not answer. Is it still running?");
  }
  const text = await answer.text();
  const isJSON = (answer.headers.get("Content-Type") || "").includes("json");
  let value = text;
  if (isJSON && text) {
    try {
      value = JSON.parse(text);
    } catch {
      // shown as it came
    }
  }
  if (!answer.ok) throw new Error(reason(answer.status, value));
  return value;
}

// reason is why a call failed: of a problem document, or of an error of Graph.
export function reason(status, value) {
  if (value && value.error && value.error.message) return `${status} ${value.error.code}: ${value.error.message}`;
  if (!value || !value.title) return `The server answered ${status}.`;
  const more = (value.errors || []).map((e) => `${e.pointer ? e.pointer + ": " : ""}${e.detail}`);
  return [`${value.title}: ${value.detail || ""}`, ...more].join("\n");
}
