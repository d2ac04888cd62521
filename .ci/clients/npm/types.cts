import graphemu = require("graphemu");

export const stop = async (): Promise<void> => (await graphemu.start()).stop();
