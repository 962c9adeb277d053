import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test } from "vitest";
import { podman } from "../../components/cluster/engine/podman";
import { currentBackend, recordedText } from "../../components/cluster/own-state";
import { ownerOf, strangersAmong, strangersProblems, type Thing } from "../../components/cluster/owner";
import { describeProblem } from "../../lib/user-error";

describe("the owner that a backend is", () => {
  test.each([
    ["file:///root/.local/state/cni-lab/pulumi?metadata=skip", "file:///root/.local/state/cni-lab/pulumi"],
    ["file:///a/../b/", "file:///b"],
    ["file://~/x", `file://${homedir()}/x`],
    ["https://api.pulumi.com", "https://api.pulumi.com"],
    ["postgres://me:hunter2@db:5432/p", "postgres://db:5432/p"],
  ])("%s is %s", (url, owner) => expect(ownerOf(url)).toBe(owner));

  test("is another one for another query, which it does not tell", () => {
    const [one, other] = ["s3://b?endpoint=one", "s3://b?endpoint=other"].map(ownerOf);
    expect(one).toMatch(/^s3:\/\/b\?[0-9a-f]{8}$/);
    expect(other).not.toBe(one);
  });
});

test("the backend is the environment's, else the one that pulumi is logged in to", () => {
  const home = folder();
  expect(currentBackend({ PULUMI_BACKEND_URL: "file:///x", PULUMI_HOME: home })).toBe("file:///x");
  expect(currentBackend({ PULUMI_HOME: home })).toBe("");
  writeFileSync(join(home, "credentials.json"), '{"current":"file:///y","accounts":{}}');
  expect(currentBackend({ PULUMI_HOME: home })).toBe("file:///y");
});

test("a state is read as it lies there: packed or not, none, torn, or somewhere else", () => {
  const home = folder();
  const stacks = join(home, ".pulumi/stacks/cni-lab");
  mkdirSync(stacks, { recursive: true });
  writeFileSync(join(stacks, "a.json"), "text");
  writeFileSync(join(stacks, "b.json.gz"), gzipSync("packed"));
  writeFileSync(join(stacks, "c.json.gz"), "torn");
  const read = (stack: string) => recordedText(`file://${home}?metadata=skip`, "cni-lab", stack);
  expect(["a", "b", "c", "d"].map(read)).toEqual(["text", "packed", undefined, ""]);
  expect(recordedText("s3://b", "cni-lab", "a")).toBeUndefined();
});

const me = { stack: "flannel", owner: "file:///me/cni-lab/pulumi", recorded: "" };
const other = "file:///it's/cni-lab/pulumi";
const node = (owner: string, name = "n1"): Thing => ({
  ...{ kind: "container", name: `cni-lab-flannel-${name}`, id: `id-${name}`, stack: "flannel", owner },
});
const lan = (owner: string, stack: string | undefined = "flannel"): Thing => ({
  ...{ kind: "network", name: "cni-lab-flannel", stack, owner },
});

describe("what is another's", () => {
  const noLab: Thing = { ...lan(""), stack: undefined };
  test.each<[string, Thing[], Partial<typeof me>, Thing[]]>([
    ["is nothing where nothing is there", [], {}, []],
    ["is nothing of what is labelled as its own", [node(me.owner), lan(me.owner)], {}, []],
    ["is what is labelled as another's", [node(other), lan(me.owner)], {}, [node(other)]],
    ["is it also where the state holds it", [node(other)], { recorded: "id-n1" }, [node(other)]],
    ["is what has no label and is in no state", [node(""), lan("")], {}, [node(""), lan("")]],
    [
      "is it where the state is that of a cluster of that name before",
      [node("")],
      { recorded: "id-of-another" },
      [node("")],
    ],
    [
      "is nothing of an old cluster that the state holds",
      [node(""), node("", "n2"), lan("")],
      { recorded: '"id-n1"' },
      [],
    ],
    ["is nothing of a new node on it", [node(""), node(me.owner, "n2"), lan("")], { recorded: '"id-n1"' }, []],
    ["is an old network that no state names", [lan("")], {}, [lan("")]],
    [
      "is not the network of a stack that was begun only",
      [lan("")],
      { recorded: "podman network rm cni-lab-flannel" },
      [],
    ],
    ["is a network of another stack", [lan(me.owner, "flannel-x")], {}, [lan(me.owner, "flannel-x")]],
    ["is a network that is no lab's", [noLab], {}, [noLab]],
    ["is nothing of the stack where the own backend is not known", [node(other)], { owner: "" }, []],
  ])("%s", (_, things, own, strangers) => {
    expect(strangersAmong(things, { ...me, ...own })).toEqual(strangers);
  });

  test("is nothing without a label where the state can't be read from here", () => {
    expect(strangersAmong([node("")], { ...me, recorded: undefined })).toEqual([]);
    expect(strangersAmong([node(other)], { ...me, recorded: undefined })).toEqual([node(other)]);
  });
});

test("it is told by name: whose it is, and how it goes", () => {
  const told = (...things: Thing[]) => strangersProblems(podman, "flannel", things).map(describeProblem);
  const nodes = "container cni-lab-flannel-n1, container cni-lab-flannel-n2, network cni-lab-flannel";
  expect(told(node(other), lan(other), node(other, "n2"))).toEqual([
    `stack is "flannel": is another's, of the lab whose state is in /it's/cni-lab: ${nodes}; ` +
      "remove it there: XDG_STATE_HOME='/it'\\''s' ./lab down flannel; or here: ./lab down flannel --force",
  ]);
  expect(told(node("s3://b"))).toEqual([
    'stack is "flannel": is another\'s, of the lab with the backend s3://b: container cni-lab-flannel-n1; ' +
      "remove it there: ./lab down flannel, with PULUMI_BACKEND_URL as it was for s3://b; or here: ./lab down flannel --force",
  ]);
  expect(told(node(""))).toEqual([
    'stack is "flannel": was not made by this state, and nothing says which one made it: container cni-lab-flannel-n1; ' +
      "remove it with the state that made it, or here: ./lab down flannel --force",
  ]);
  expect(told(lan(other, "multi"), { ...lan(""), stack: undefined })).toEqual([
    'stack is "flannel": needs a name that is taken: network cni-lab-flannel is of the stack multi; ' +
      "use another stack name, or run: XDG_STATE_HOME='/it'\\''s' ./lab down multi",
    'stack is "flannel": needs a name that is taken: network cni-lab-flannel is no lab\'s; ' +
      "podman network rm cni-lab-flannel removes it, if nobody needs it",
  ]);
});

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "cni-lab-owner-"));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}
