"use strict";
// Leads @microsoft/microsoft-graph-client over http. Node 20 learns of a CA only when it starts,
// so that https would fail in a test that starts its server. But to anything that is not
// https the client sends no token, and it takes a nextLink with http for a relative path
// (observed in 3.0.7). So it is told https; all its handlers stay, retries and redirects
// too, but for the last, which sends.

class OverHttp {
  async execute(context) {
    const { request } = context;
    const url = plain(typeof request === "string" ? request : request.url);
    context.response = await fetch(typeof request === "string" ? url : new Request(url, request), context.options);
  }
}

/** The URL that is meant: with http, and without what the client has put before one that was whole. */
function plain(url) {
  const [path] = url.split("?", 1);
  const whole = path.lastIndexOf("/http://");
  return whole < 0 ? url.replace(/^https:/, "http:") : url.slice(whole + 1);
}

function clientOptions(origin, getAccessToken) {
  let client;
  try {
    client = require("@microsoft/microsoft-graph-client");
  } catch (error) {
    throw new Error("graphemu: clientOptions is for the package @microsoft/microsoft-graph-client, which is not installed", { cause: error });
  }
  const middleware = client.MiddlewareFactory.getDefaultMiddlewareChain({ getAccessToken });
  middleware[middleware.length - 1] = new OverHttp();
  return { baseUrl: origin.replace(/^http:/, "https:"), customHosts: new Set([new URL(origin).hostname]), middleware };
}

module.exports = { clientOptions };
