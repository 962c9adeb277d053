import { createServer } from "node:net";
import type { Problem } from "../../lib/user-error";

const loopback = "127.0.0.1";

/**
 * What keeps an engine from publishing the API server on a port of this machine: another program has it. Only for a stack that
 * has no containers: its own holds the port.
 */
export async function apiPortProblems(port: number, stack: string): Promise<Problem[]> {
  const rule = "is where the API server is to be reached, and another program listens there";
  const fix = `end that (see ss -tlnp), or choose another LAN, and so another port: ./lab up ${stack} --set lanCidr=172.28.N.0/24`;
  return (await isFree(port)) ? [] : [{ field: "port", value: `${loopback}:${port}`, rule, fix }];
}

/** A port that can't be listened on for another reason is none that is taken. */
function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", ({ code }: NodeJS.ErrnoException) => resolve(code !== "EADDRINUSE"));
    server.listen(port, loopback, () => server.close(() => resolve(true)));
  });
}
