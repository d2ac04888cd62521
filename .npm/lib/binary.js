"use strict";
// Finds the binary. Each system has a package of its own, of which npm installs the one that
// fits; they are optional dependencies of this one.
const { existsSync } = require("node:fs");

const packages = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64", "win32-x64", "win32-arm64"];

/** The path of the binary: GRAPHEMU_BINARY where it is set, else that of this system's package. */
function binary(env = process.env, platform = process.platform, arch = process.arch) {
  if (env.GRAPHEMU_BINARY) {
    if (!existsSync(env.GRAPHEMU_BINARY)) throw new Error(`graphemu: GRAPHEMU_BINARY names ${env.GRAPHEMU_BINARY}, which is not there`);
    return env.GRAPHEMU_BINARY;
  }
  const system = `${platform}-${arch}`;
  if (!packages.includes(system)) {
    throw new Error(
      `graphemu: there is no binary for ${system}, only for ${packages.join(", ")}. ` +
        "Build one with Go (go install github.com/graphemu/graphemu/cmd/graphemu@latest), and name it in GRAPHEMU_BINARY.",
    );
  }
  try {
    return require.resolve(`@graphemu/${system}/bin/graphemu${platform === "win32" ? ".exe" : ""}`);
  } catch {
    throw new Error(
      `graphemu: the package @graphemu/${system}, which holds the binary, is not installed. It is an optional dependency of graphemu: ` +
        "install again without --omit=optional or --no-optional, and on this system (node_modules of another one do not fit), " +
        "or name a binary in GRAPHEMU_BINARY.",
    );
  }
}

module.exports = { binary };
