import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import type { Log } from "../host";

/** What a command printed, as it is recorded: one newline at the end is taken off. */
export interface Streams {
  readonly stdout: string;
  readonly stderr: string;
}

/** Which streams are shown while the command runs; the values of the input `logging`. */
export type Logging = "stdout" | "stderr" | "stdoutAndStderr" | "none";

/** Collects both streams of a command and shows their lines as they come. */
export class Capture {
  private readonly texts = { stdout: "", stderr: "" };

  constructor(
    private readonly log: Log,
    private readonly logging: Logging,
    private readonly redact: (text: string) => string,
  ) {}

  /** Takes in a stream until it ends. */
  take(name: keyof Streams, stream: Readable): void {
    const decoder = new StringDecoder("utf8");
    const shown = this.logging === name || this.logging === "stdoutAndStderr";
    let line = "";
    stream.on("data", (chunk: Buffer) => {
      const text = decoder.write(chunk);
      this.texts[name] += text;
      if (!shown) return;
      const lines = (line + text).split("\n");
      line = lines.pop() ?? "";
      for (const complete of lines) this.show(complete);
    });
    stream.on("end", () => {
      this.texts[name] += decoder.end();
      if (shown) this.show(line);
    });
  }

  /** Everything so far. */
  streams(): Streams {
    return { stdout: this.texts.stdout.replace(/\n$/, ""), stderr: this.texts.stderr.replace(/\n$/, "") };
  }

  private show(line: string): void {
    if (line.trim() !== "") this.log.status(this.redact(line));
  }
}
