import * as pulumi from "@pulumi/pulumi";
import { execa } from "execa";
import { expect, test } from "vitest";
import { SshShell } from "../../components/cluster/shell/ssh-shell";
import { carriedImages } from "../../components/cni/carried-images";
import { carryScript, lackingScript } from "../../components/cni/swap/carry-script";
import { only, record } from "./mocks";

test("the archive is sent to those nodes alone that lack an image of it", async () => {
  const nodes = ["n1", "n2"].map((name) => ({ name, shell: new SshShell({ host: name, hostKey: "any" }) }));
  const images = pulumi.output(["docker.io/a/b:1"]);
  const make = () => carriedImages("images", { nodes }, { archive: "/tmp/images.tar", images }, {});
  const resources = await record(make, { "images-lacking-n2": " docker.io/a/b:1" });
  const fileOf = (name: string) => {
    const { environment } = only(resources, name).inputs;
    return (environment.value ?? environment).STDIN_FILE;
  };
  expect(["n1", "n2"].map((node) => fileOf(`images-${node}`))).toEqual(["/dev/null", "/tmp/images.tar"]);
});

/** A node whose containerd has the image `there`, and no other before it is given an archive. */
const node = `
given=there
ctr() { case "$*" in *import*) given="there $(cat)" ;; *) for one in $given; do [ "name==$one" != "$6" ] || echo "$one"; done ;; esac; }`;

const on = (script: string, images: readonly string[], input = "") =>
  execa("sh", ["-euc", `${node}\n${script}`, "sh", "n1", ...images], { input, reject: false });

test.each([
  [["there"], ""],
  [["there", "new"], " new"],
])("of %j a node lacks %j", async (images, lacks) => {
  expect((await on(lackingScript, images)).stdout).toBe(lacks);
});

test("a node is given what it lacks, and what the archive has not is named", async () => {
  const whole = await on(carryScript, ["there", "new"], "new");
  expect([whole.exitCode, whole.stderr]).toEqual([0, "n1: is given new"]);
  const short = await on(carryScript, ["new", "other"], "new");
  expect([short.exitCode, short.stderr.split("\n").at(-1)]).toEqual([1, "n1: the archive of images lacks other"]);
});
