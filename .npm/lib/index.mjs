import lib from "./index.js";

export const { start, connect, workerName, binary, GraphemuError } = lib;
