// What the peers share: they run in a Node of their own, so that no runtime under test serves itself, print
// how to reach them, obey calls over HTTP and end with their standard input.
import { createServer } from "node:http";
import process from "node:process";

export const options = JSON.parse(process.argv[2] ?? "{}");

/** Listens on a free port of the loopback. */
export function listen(server) {
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server.address().port)));
}

/** Calls back in so many turns of the event loop. */
function after(turns, done) {
  if (turns === 0) done();
  else setImmediate(() => after(turns - 1, done));
}

/**
 * Counts the connections of a server, and keeps them by the port of the client. The peak counts at each arrival which
 * connections stay beside the new one: Node tells of an end that came before some turns later, over TLS.
 */
export function track(server) {
  const open = new Map();
  const counts = { total: 0, peak: 0 };
  server.on("connection", (socket) => {
    const { remotePort } = socket;
    counts.total++;
    socket.number = counts.total;
    open.set(remotePort, socket);
    const beside = [...open.values()];
    after(10, () => counts.peak = Math.max(counts.peak, beside.filter(({ isGone }) => !isGone).length));
    socket.on("error", () => {});
    socket.on("close", () => {
      socket.isGone = true;
      open.delete(remotePort);
    });
  });
  return { open, counts };
}

/** Offers `methods` to the test. */
export async function obey(methods) {
  const control = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text) => body += text).on("end", async () => {
      let answer;
      try {
        const { method, args } = JSON.parse(body);
        answer = { value: await methods[method](...args) };
      } catch (error) {
        answer = { error: error.stack };
      }
      response.setHeader("connection", "close").end(JSON.stringify(answer));
    });
  });
  const port = await listen(control);
  console.log(JSON.stringify({ port, methods: Object.keys(methods) }));
  process.stdin.on("end", () => process.exit(0)).resume();
}
