import { expect, test, vi } from "vitest";
import { ownersIn, requireNoTestStacks, sweep, testStackProblems } from "../../cli/test/run";
import type { Thing } from "../../components/cluster/owner";
import { holdTests } from "../../driver/stack/hold";
import { describeProblem, UserError } from "../../lib/user-error";
import { LabUnderTest } from "../live/lab";
import { ListedPodman } from "./podman";

const own = "file:///me/cni-lab/pulumi";
const thing = (kind: Thing["kind"], name: string, stack: string, owner: string): Thing => ({
  ...{ kind, name, stack, owner },
});

test("a run sweeps what its own tests made, and nothing of anybody else", async () => {
  const ofRun = { "cni-lab.stack": "test-flannel", "cni-lab.owner": "file:///tmp/run/live-1/cni-lab/pulumi" };
  const podman = new ListedPodman({
    "cni-lab-test-flannel-n1": ofRun,
    "cni-lab-test-mine-n1": { "cni-lab.stack": "test-mine", "cni-lab.owner": own },
    "cni-lab-test-old-n1": { "cni-lab.stack": "test-old" },
    "cni-lab-test-weave-n1": { "cni-lab.stack": "test-weave", "cni-lab.owner": "file:///tmp/run2/x/cni-lab/pulumi" },
    "engine-own": { "cni-lab.test": "/tmp/run" },
    "engine-other": { "cni-lab.test": "/tmp/run2" },
  });
  await sweep("/tmp/run");
  const others = ["cni-lab-test-mine-n1", "cni-lab-test-old-n1", "cni-lab-test-weave-n1", "engine-other"];
  expect(podman.left()).toEqual(others);
});

test("the owners of a run are those below its folder", () => {
  const owners = ["file:///tmp/run/a/cni-lab/pulumi", "file:///tmp/run2/a", "file:///tmp/run", "", "s3://tmp/run/a"];
  expect(
    ownersIn(
      "/tmp/run",
      owners.map((owner) => thing("container", "c", "s", owner)),
    ),
  ).toEqual([owners[0]]);
});

test("it does not begin beside a stack with a name of the tests', whosever it is", async () => {
  const other = "file:///x/cni-lab/pulumi";
  const things = [
    thing("container", "a", "test-b", own),
    thing("network", "n", "test-b", own),
    thing("container", "c", "test-a", other),
    thing("container", "d", "test-c", ""),
    thing("container", "e", "flannel", other),
  ];
  expect(testStackProblems(things, own).map(describeProblem)).toEqual([
    'stack is "test-a": has a name reserved for tests and is there, of the lab whose state is in /x/cni-lab: container c; if nobody needs it, run ./lab down test-a --force',
    'stack is "test-b": has a name reserved for tests and is there: container a, network n; if nobody needs it, run ./lab down test-b',
    'stack is "test-c": has a name reserved for tests and is there, of an unknown lab: container d; if nobody needs it, run ./lab down test-c --force',
  ]);
  new ListedPodman({ "cni-lab-test-mine-n1": { "cni-lab.stack": "test-mine", "cni-lab.owner": other } });
  await expect(requireNoTestStacks()).rejects.toThrow("container cni-lab-test-mine-n1; if nobody needs it");
  new ListedPodman({ "cni-lab-mine-n1": { "cni-lab.stack": "mine", "cni-lab.owner": other } });
  await requireNoTestStacks();
});

test("one run at a time: the second is told who runs", async () => {
  const { folder } = new ListedPodman({});
  const error = await holdTests(() => holdTests(async () => undefined, folder).catch((told) => told), folder);
  expect(error).toBeInstanceOf(UserError);
  expect(error.message).toMatch(
    new RegExp(
      `^test: one run at a time on a machine, and there is \\./lab test \\(process ${process.pid} since .*\\); wait`,
    ),
  );
});

test("the state of a live test lies in the folder of its run", () => {
  const { folder } = new ListedPodman({});
  vi.stubEnv("CNI_LAB_TEST_RUN", folder);
  expect(new LabUnderTest("x").stateHome.startsWith(`${folder}/`)).toBe(true);
});
