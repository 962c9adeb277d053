import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { down } from "../../cli/commands/down";
import { stackConfigFile } from "../../driver/stack/paths";
import { prepareStack } from "../../driver/stack/prepare";
import { Stack } from "../../driver/stack/stack";
import { UserError } from "../../lib/user-error";
import { locateToolchain } from "../../toolchain";
import { ListedPodman } from "./podman";

// The lock is the machine's own, and what is tested here goes on below it.
vi.mock("../../driver/stack/hold", () => ({
  holdStack: async (stack: string, _command: string, work: () => unknown) => {
    if (stack === held) throw new UserError([{ field: "stack", value: stack, rule: "is being changed" }]);
    return work();
  },
}));
let held = "";

const other = "file:///other/cni-lab/pulumi";

/** Two stacks of which the state here knows nothing, and one whose label says that it is this state's. */
function machine(): { readonly podman: ListedPodman; readonly said: () => string } {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  onTestFinished(() => log.mockRestore());
  const state = vi.stubEnv("PULUMI_BACKEND_URL", "file:///own?metadata=skip");
  const podman = new ListedPodman({
    "cni-lab-own1-n1": { "cni-lab.stack": "own1", "cni-lab.owner": other },
    "cni-lab-own2-n1": { "cni-lab.stack": "own2", "cni-lab.owner": "file:///own" },
    "cni-lab-own3-n1": { "cni-lab.stack": "own3" },
  });
  state.stubEnv("XDG_STATE_HOME", podman.folder);
  return { podman, said: () => log.mock.calls.flat().join("\n") };
}

test("down --all leaves what is another's, and says so", async () => {
  const { podman, said } = machine();
  expect(await down(undefined, { all: true })).toBe(0);
  expect(podman.left()).toEqual(["cni-lab-own1-n1", "cni-lab-own3-n1"]);
  expect(said().split("\n")).toEqual([
    'Left alone: stack is "own1": is another\'s, of the lab whose state is in /other/cni-lab: container cni-lab-own1-n1; ' +
      "remove it there: XDG_STATE_HOME=/other ./lab down own1; or here: ./lab down own1 --force",
    "Stack own2 is gone: no container, network or volume of it is left (there were 1).",
    expect.stringMatching(/^Left alone: stack is "own3": was not made by this state, .*container cni-lab-own3-n1/),
  ]);
});

test("down --all goes on beside another's stack that is being changed", async () => {
  const { podman } = machine();
  held = "own1";
  onTestFinished(() => {
    held = "";
  });
  expect(await down(undefined, { all: true })).toBe(0);
  expect(podman.left()).toEqual(["cni-lab-own1-n1", "cni-lab-own3-n1"]);
});

test("down --all says which of the own stacks is being changed, and removes the others", async () => {
  const { podman } = machine();
  const said = vi.spyOn(console, "error").mockImplementation(() => {});
  onTestFinished(() => {
    held = "";
    said.mockRestore();
  });
  podman.add("cni-lab-own0-n1", { "cni-lab.stack": "own0", "cni-lab.owner": "file:///own" });
  held = "own0";
  expect(await down(undefined, { all: true })).toBe(2);
  expect(said.mock.calls).toEqual([['lab: stack is "own0": is being changed']]);
  expect(podman.left()).toEqual(["cni-lab-own0-n1", "cni-lab-own1-n1", "cni-lab-own3-n1"]);
});

test.each(["own1", "own3"])("down %s refuses it by name, and removes it by force", async (stack) => {
  const { podman } = machine();
  await expect(down(stack, {})).rejects.toThrow(`or here: ./lab down ${stack} --force`);
  expect(podman.left()).toHaveLength(3);
  expect(await down(stack, { force: true })).toBe(0);
  expect(podman.left()).toEqual(
    ["own1", "own2", "own3"].filter((each) => each !== stack).map((each) => `cni-lab-${each}-n1`),
  );
});

test("down --all --force is refused: what another lab has made is removed by name", async () => {
  const { podman } = machine();
  await expect(down(undefined, { all: true, force: true })).rejects.toThrow(/^--force: .*\.\/lab down STACK --force$/);
  expect(podman.left()).toHaveLength(3);
});

test("a stack of another's name is not prepared: its config file stays as it is", async () => {
  const { podman } = machine();
  const stack = new Stack("own1", locateToolchain());
  await expect(prepareStack(stack, undefined, { nodes: "1" })).rejects.toThrow(
    /^stack is "own1": is another's, of the lab whose/,
  );
  expect(existsSync(stackConfigFile("own1"))).toBe(false);
  expect(existsSync(join(podman.folder, "cni-lab"))).toBe(false);
});
