import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Prober } from "../../driver/meter/prober";
import type { Order, Outcome } from "../../driver/meter/protocol";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "cni-lab-prober-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Keeps its orders in a file, tells of one probe for each, and breaks off after the first when it runs first. */
const fake = `
echo starting
echo '{"now":0,"toldTo":0}'
while read -r order; do
  printf '%s\\n' "$order" >>orders
  echo '{"target":"DNS","at":100,"ms":1}'
  echo '{"now":150,"toldTo":150}'
  [ -e ran ] || { touch ran; echo "it is gone" >&2; echo "command terminated with exit code 7" >&2; exit 7; }
done`;

const order: Order = { targets: [{ name: "DNS", by: "dns", server: "10.0.0.1", question: "a.local" }], everyMs: 100 };

test("a prober that is lost is started anew with the order in force, and each connection is a sight of its own", async () => {
  const outcomes: Outcome[] = [];
  const lost: string[] = [];
  let again = () => {};
  const twice = new Promise<void>((resolve) => {
    again = resolve;
  });
  const prober: Prober = new Prober(
    ["sh", "-c", `cd "$FOLDER"; ${fake}`],
    { FOLDER: folder },
    {
      outcome: (outcome) => {
        outcomes.push(outcome);
        if (outcomes.length === 2) again();
      },
      lost: () => lost.push(prober.trouble),
    },
  );
  await prober.heard;
  prober.ask(order);
  prober.ask(order);
  await twice;
  await prober.stop();
  expect(readFileSync(path.join(folder, "orders"), "utf8")).toBe(`${JSON.stringify(order)}\n`.repeat(2));
  expect(lost).toEqual(["it is gone"]);
  expect(prober.sights.map((sight) => sight.outcomes().length)).toEqual([1, 1]);
});

test("a program that is not there is told by its error, and can be ended", async () => {
  let tell = (_: string) => {};
  const told = new Promise<string>((resolve) => {
    tell = resolve;
  });
  const prober: Prober = new Prober(
    [path.join(folder, "nothing")],
    {},
    {
      outcome: () => {},
      lost: () => tell(prober.trouble),
    },
  );
  expect(await told).toContain("ENOENT");
  await prober.stop();
});
