import { styleText } from "node:util";
import tasuku from "tasuku";
import { type Progress, plainProgress } from "../progress";

/** True where lines can be redrawn: a terminal that a person looks at. */
export function isInteractive(env: NodeJS.ProcessEnv = process.env): boolean {
  return process.stdout.isTTY === true && !env.CI && env.TERM !== "dumb";
}

/** A line per step with the time it took, redrawn as it goes on a terminal, plain elsewhere. */
export function createProgress(interactive: boolean = isInteractive()): Progress {
  return interactive ? redrawn : plainProgress((line) => console.log(line));
}

/** A step that ended leaves the part that is redrawn, so that other programs can write to the terminal after it. */
const redrawn: Progress = {
  async step(title, work) {
    const started = Date.now();
    const task = await tasuku(title, ({ setStatus }) => settle(work((line) => setStatus(line.slice(0, 60)))), {
      showTime: true,
    });
    task.clear();
    const seconds = `${((Date.now() - started) / 1000).toFixed(1)} s`;
    if ("error" in task.result) {
      console.log(styleText("red", `✖ ${title} (${seconds})`));
      throw task.result.error;
    }
    console.log(`${styleText("green", "✔")} ${title} ${styleText("dim", `(${seconds})`)}`);
    return task.result.value;
  },
};

function settle<T>(promise: Promise<T>): Promise<{ readonly value: T } | { readonly error: unknown }> {
  return promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
}
