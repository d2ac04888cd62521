// A meeting of two processes, by files in the folder that $meet names: returns who is there.
const { mkdirSync, readdirSync, watch, writeFileSync } = require("node:fs");
const { join } = require("node:path");

exports.meet = (name) => {
  const folder = join(process.env.meet, name.endsWith("-wrote") ? "wrote" : "began");
  mkdirSync(folder, { recursive: true });
  return new Promise((resolve) => {
    const watcher = watch(folder, look);
    function look() {
      const there = readdirSync(folder);
      if (there.length < 2) return;
      watcher.close();
      resolve(there);
    }
    writeFileSync(join(folder, name), "");
    look();
  });
};
