import { spawn } from "node:child_process";
import type { AddressInfo } from "node:net";
import ssh2, { type Connection, type ServerChannel } from "ssh2";

/** An ssh server on this machine that lets everybody in, really runs commands, and accepts no environment. */
export class SshServer {
  readonly hostKey = ssh2.utils.generateKeyPairSync("ed25519");
  private readonly open = new Set<Connection>();
  private readonly server = new ssh2.Server({ hostKeys: [this.hostKey.private] }, (connection) =>
    this.serve(connection),
  );

  async listen(): Promise<number> {
    return await new Promise((resolve) =>
      this.server.listen(0, "127.0.0.1", () => resolve((this.server.address() as AddressInfo).port)),
    );
  }

  /** Loses every connection, as a machine does that is switched off. */
  cut(): void {
    for (const connection of this.open) connection.end();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private serve(connection: Connection): void {
    this.open.add(connection);
    connection.on("close", () => this.open.delete(connection)).on("error", () => {});
    connection.on("authentication", (attempt) => attempt.accept());
    connection.on("session", (accept) =>
      accept()
        .on("env", (_, reject) => reject?.())
        .on("exec", (acceptExec, _, { command }) => run(acceptExec(), command)),
    );
  }
}

function run(channel: ServerChannel, command: string): void {
  const child = spawn("/bin/sh", ["-c", command], { env: { PATH: process.env.PATH }, detached: true });
  child.stdout.pipe(channel, { end: false });
  child.stderr.pipe(channel.stderr, { end: false });
  channel.pipe(child.stdin);
  const end = () => child.exitCode === null && child.signalCode === null && process.kill(-(child.pid ?? 0), "SIGKILL");
  channel.on("close", end);
  child.on("close", (code) => {
    if (code !== null) channel.exit(code);
    channel.end();
  });
}
