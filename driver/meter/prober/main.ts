// Runs inside a node's network namespace. Orders come in, outcomes go out, as lines of JSON. It ends when its input
// does, that is also when whoever started it was killed; probes that are under way are waited for.
import { createInterface } from "node:readline";
import { everyMs, monotonicMs, type Order, type Outcome, type Target, timeoutMs } from "../protocol";
import { ask } from "./ask";

/** Outcomes are written together: each write wakes the reader up. */
const writeEveryMs = 250;

let targets: readonly Target[] = [];
let underWay = 0;
let ending = false;
let unwritten: Outcome[] = [];

function probeAll(): void {
  for (const target of targets) {
    const at = monotonicMs();
    underWay += 1;
    ask(target, (lost) => {
      underWay -= 1;
      unwritten.push({ target: target.name, at, ms: monotonicMs() - at, lost });
      if (ending && underWay === 0) {
        end();
      }
    });
  }
}

/** On schedule by the clock, so that late timers add nothing up. */
function schedule(): void {
  setTimeout(
    () => {
      if (!ending) {
        probeAll();
        schedule();
      }
    },
    everyMs - (monotonicMs() % everyMs),
  );
}

function write(): void {
  if (unwritten.length > 0) {
    const lines = unwritten.map((outcome) => `${JSON.stringify(outcome)}\n`).join("");
    unwritten = [];
    process.stdout.write(lines);
  }
}

function end(): void {
  write();
  process.stdout.end(() => process.exit(0));
}

// Ctrl-C reaches it through its input, after the last outcomes.
for (const signal of ["SIGINT", "SIGHUP"] as const) {
  process.on(signal, () => {});
}
process.stdout.on("error", () => process.exit(1));
setInterval(write, writeEveryMs);
schedule();
createInterface({ input: process.stdin })
  .on("line", (line) => {
    targets = (JSON.parse(line) as Order).targets;
  })
  .on("close", () => {
    ending = true;
    if (underWay === 0) {
      end();
    }
    setTimeout(end, 2 * timeoutMs);
  });
