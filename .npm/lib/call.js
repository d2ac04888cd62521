"use strict";
// Calls the control API. By node:http, and not by fetch: tests replace that, and some
// environments of jest lack it.
const http = require("node:http");
const https = require("node:https");

/** What the server answered where it was no success. */
class GraphemuError extends Error {
  constructor(message, more) {
    super(message);
    this.name = "GraphemuError";
    Object.assign(this, more);
  }
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Calls url, with body as JSON where there is one, and returns what came back: JSON, else text. */
function call(method, url, body, { type = "application/json", accept = "application/json" } = {}) {
  return new Promise((resolve, reject) => {
    const content = body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body);
    const headers = { Accept: accept };
    if (content !== undefined) Object.assign(headers, { "Content-Type": type, "Content-Length": Buffer.byteLength(content) });
    const request = (url.startsWith("https:") ? https : http).request(url, { method, headers }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (part) => (text += part));
      answer.on("error", reject);
      answer.on("end", () => {
        const value = text === "" ? undefined : parse(text);
        if (answer.statusCode < 300) return resolve(value);
        // A problem document of the control API, or an error of Graph's.
        const words = value?.detail ?? (value?.error ? `${value.error.code}: ${value.error.message}` : text);
        reject(new GraphemuError(`graphemu: ${method} ${new URL(url).pathname}: ${answer.statusCode} ${words}`, { status: answer.statusCode, body: value }));
      });
    });
    request.on("error", (error) => reject(new GraphemuError(`graphemu: cannot reach ${url}: ${error.message}`, { cause: error })));
    request.end(content);
  });
}

module.exports = { call, GraphemuError };
