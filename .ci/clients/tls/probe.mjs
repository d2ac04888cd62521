// probe.mjs HOST PORT NAME [CA]: connects to HOST:PORT, verifies the certificate
// for NAME against the CA alone, or else what Node trusts here, and prints "ok" or
// the reason why not.
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { connect, checkServerIdentity } from "node:tls";

const [host, port, name, ca] = process.argv.slice(2);
const socket = connect({
  host,
  port: Number(port),
  ca: ca && readFileSync(ca),
  servername: isIP(name) ? "" : name,
  checkServerIdentity: (_, certificate) => checkServerIdentity(name, certificate),
});
socket.on("secureConnect", () => {
  console.log("ok");
  socket.destroy();
});
socket.on("error", (error) => {
  console.log(`${error.code}: ${error.message}`);
  process.exitCode = 1;
});
