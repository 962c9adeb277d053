import { connect, createServer, type Socket } from "node:net";

/** An address that leads to another one, which can be changed, and closed. */
export interface Door {
  /** Where connections go from now on; undefined refuses them, and ends those that are there. */
  leadTo(port: number | undefined): void;
  close(): Promise<void>;
}

/** Listens on an address of this machine, and leads nowhere at first. */
export async function openDoor(address: string, port: number): Promise<Door> {
  let target: number | undefined;
  const open = new Set<Socket>();
  const server = createServer((from) => {
    if (target === undefined) {
      from.destroy();
      return;
    }
    const to = connect(target, "127.0.0.1");
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const) {
      open.add(one);
      one.on("error", () => {});
      one.on("close", () => {
        open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  await new Promise<void>((done, failed) => {
    server.once("error", failed);
    server.listen(port, address, done);
  });
  const end = () => {
    for (const socket of open) socket.destroy();
  };
  return {
    leadTo(next) {
      target = next;
      end();
    },
    async close() {
      end();
      await new Promise((done) => server.close(done));
    },
  };
}
