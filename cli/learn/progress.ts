import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { stateDir } from "../../driver/stack/paths";
import { writePrivate } from "../../driver/stack/private-file";

const format = z.object({
  version: z.literal(1),
  /** How many parts are done: steps, and behind them the task. */
  done: z.number().int().min(0),
});

/** How far a learner has come in the lesson of a stack. */
export class LessonProgress {
  readonly file: string;

  constructor(stack: string, folder: string = path.join(stateDir(), "learn")) {
    this.file = path.join(folder, `${stack}.json`);
  }

  /**
   * How many parts are done; 0 for a lesson that was not begun.
   *
   * @param say told what is wrong with a file that can't be read; the lesson then starts over
   */
  read(say: (line: string) => void): number {
    if (!existsSync(this.file)) {
      return 0;
    }
    try {
      return format.parse(JSON.parse(readFileSync(this.file, "utf8"))).done;
    } catch {
      say(`${this.file} can't be read, so the lesson starts over.`);
      return 0;
    }
  }

  write(done: number): void {
    writePrivate(this.file, `${JSON.stringify({ version: 1, done })}\n`);
  }
}
