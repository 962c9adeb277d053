import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LabUnderTest, type Ran } from "./lab";
import { testBreakAndFix, testDown } from "./parts";
import { generator, seedOfRun, shuffled } from "./seed";

/** One cluster of two Vagrant-like nodes for labs that ask for no more: each brings its bug about there, and mends it. */
const lab = new LabUnderTest("flannel-wrong-interface");

/** What each lab's most telling check says while the bug is there. */
const symptoms = {
  "cloned-machine-id": /^ok +peers-collide /m,
  "cni-leftover": /^ok +new-pod-old-network /m,
  "stale-pods": /^ok +pod-without-network /m,
} as const;

const seed = seedOfRun();
const [byChance = "stale-pods"] = shuffled(Object.keys(symptoms) as (keyof typeof symptoms)[], generator(seed));
let up: Ran;

beforeAll(async () => {
  console.log(`lab ${byChance} is that of CNI_LAB_SEED=${seed}`);
  up = await lab.run("up", lab.stack);
});

afterAll(async () => {
  await lab.end();
});

describe("lab flannel-wrong-interface", () => {
  test("up shows the bug", () => {
    expect(up.exitCode).toBe(0);
    expect(up.all).toMatch(/^ok +same-public-ip /m);
  });

  test("fix mends it", async () => {
    expect((await lab.run("fix", lab.stack)).exitCode).toBe(0);
  });
});

describe("lab forward-dropped", () => {
  testBreakAndFix(lab, "forward-dropped", /^ok +forward-drops /m);

  test("leaves the nodes as they were when its values are taken back", async () => {
    const values = ["--set", "forwardPolicy=accept", "--set", "forwardRules=flannel"];
    expect((await lab.run("up", lab.stack, ...values)).exitCode).toBe(0);
    expect(await lab.node("n2", "iptables", "-S", "FORWARD")).toContain("-P FORWARD ACCEPT");
  });
});

describe(`lab ${byChance}`, () => {
  testBreakAndFix(lab, byChance, symptoms[byChance]);
});

testDown(lab);
