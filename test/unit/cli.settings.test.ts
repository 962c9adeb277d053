import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { checkedValues } from "../../driver/values/settings";
import { UserError } from "../../lib/user-error";
import { filesOf, repository } from "./rooms";

const lab = { cni: "flannel", confluence: "on" };

test("a value that up would refuse reaches no command of a check either", () => {
  const told = () => checkedValues(lab, { safetyInterval: "1)); touch /x; : $((1" });
  expect(told).toThrow(UserError);
  expect(told).toThrow('safetyInterval is "1)); touch /x; : $((1": must be');
  expect(checkedValues(lab, { safetyInterval: "7" })).toMatchObject({ cni: "flannel", safetyInterval: "7" });
});

/** Those that put nothing of a stack's file into a command: they show it, count with it, or have it checked themselves. */
const harmless = [
  ...["dhcp.ts", "learn.ts", "matrix.ts", "mend.ts", "up.ts"].map((name) => `cli/commands/${name}`),
  ...["cli/preflight/resources.ts", "driver/values/own-values.ts", "driver/values/settings.ts", "report/page/write.ts"],
];

test("whoever puts values of a stack's file into commands takes the checked ones", () => {
  const unchecked = filesOf().filter((name) =>
    /\bvaluesInForce\(/.test(readFileSync(path.join(repository, name), "utf8")),
  );
  expect(unchecked.sort()).toEqual(harmless);
});
