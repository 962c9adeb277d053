import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { checkedValues } from "../../cli/settings";
import { UserError } from "../../lib/user-error";

const lab = { cni: "flannel", confluence: "on" };

test("a value that up would refuse reaches no command of a check either", () => {
  const told = () => checkedValues(lab, { safetyInterval: "1)); touch /x; : $((1" });
  expect(told).toThrow(UserError);
  expect(told).toThrow('safetyInterval is "1)); touch /x; : $((1": must be');
  expect(checkedValues(lab, { safetyInterval: "7" })).toMatchObject({ cni: "flannel", safetyInterval: "7" });
});

/** Those that put nothing of a stack's file into a command: they show it, count with it, or have it checked themselves. */
const harmless = [
  ...["commands/dhcp.ts", "commands/learn.ts", "commands/matrix.ts", "commands/mend.ts", "commands/up.ts"],
  ...["own-values.ts", "page/write.ts", "preflight/resources.ts", "settings.ts"],
];

test("whoever puts values of a stack's file into commands takes the checked ones", () => {
  const cli = path.resolve(__dirname, "../../cli");
  const files = readdirSync(cli, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  const unchecked = files.filter((name) => /\bvaluesInForce\(/.test(readFileSync(path.join(cli, name), "utf8")));
  expect(unchecked.sort()).toEqual(harmless);
});
