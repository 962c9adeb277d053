import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { images, versions } from "../../components/lib/versions";
import { readPackages } from "../../toolchain/debian/rootfs";
import * as programs from "../../toolchain/go/programs";
import { workloads } from "../../toolchain/images/workloads";
import { repository } from "../../toolchain/repository";

const at = (...path: string[]) => join(repository, "toolchain", ...path);
const all = Object.values(programs);

test("every image that the lab names is carried by the node, once", () => {
  expect(workloads.flatMap((workload) => workload.images).sort()).toEqual(Object.values(images).sort());
});

test("the sandbox image of containerd is the one that the node carries", () => {
  expect(readFileSync(at("node", "files", "etc", "containerd", "config.toml"), "utf8")).toContain(
    `sandbox_image = "${images.pause}"`,
  );
});

test.each(all.map((program) => [program.name, program] as const))(
  "%s has its pins, of the version named",
  (name, { folder = name, version }) => {
    const pins = readFileSync(at("programs", folder, "go.mod"), "utf8");
    const isOwn = name === "echo";
    expect(isOwn || pins.includes(` v${version}`)).toBe(true);
    expect(isOwn || existsSync(at("programs", folder, "go.sum"))).toBe(true);
  },
);

test("artifacts of programs have names of their own", () => {
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
});

test("each folder of programs and images is used", () => {
  expect(readdirSync(at("programs")).sort()).toEqual([...new Set(all.map(({ name, folder = name }) => folder))].sort());
  expect(
    readdirSync(at("images"), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort(),
  ).toEqual(workloads.map(({ name }) => name).sort());
});

test.each(workloads.map(({ name }) => name))("image %s is built of files, pulls and runs nothing", (name) => {
  const lines = readFileSync(at("images", name, "Containerfile"), "utf8").split("\n");
  const instructions = lines.map((line) => /^[A-Z]+/.exec(line)?.[0]).filter((word) => word !== undefined);
  expect(
    instructions.filter((word) => !["ARG", "FROM", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "LABEL"].includes(word)),
  ).toEqual([]);
  expect(lines.filter((line) => line.startsWith("FROM"))).toHaveLength(1);
  expect(lines.find((line) => line.startsWith("FROM"))).toMatch(/^FROM (scratch|\$\{BASE\})$/);
});

test.each(workloads.map((workload) => [workload.name, workload] as const))(
  "image %s copies what its program has, and says what is patched",
  (name, { from }) => {
    const text = readFileSync(at("images", name, "Containerfile"), "utf8");
    const copied = [...text.matchAll(/^COPY (?<sources>.+) \S+$/gm)].flatMap(
      ({ groups }) => groups?.sources?.split(" ") ?? [],
    );
    const has =
      "baseFile" in from
        ? [basename(from.baseFile)]
        : [".", ...Object.keys(from.files), ...Object.keys(from.copies?.files ?? {})];
    expect(copied).not.toEqual([]);
    expect(copied.filter((source) => !has.includes(source))).toEqual([]);
    const isPatched = !("baseFile" in from) && from.patches !== undefined;
    expect(/\bcni-lab\.patches="\$\{PATCHES\}"$/m.test(text)).toBe(isPatched);
  },
);

test("a node has dnsmasq for the DHCP server, and nothing that starts it by itself", () => {
  expect(readPackages("toolchain/debian/node.packages")).toContain("dnsmasq-base");
  expect(readPackages("toolchain/debian/node.packages")).not.toContain("dnsmasq");
});

test("package lists hold sorted names without duplicates", () => {
  for (const list of ["base", "node"]) {
    const names = readPackages(join("toolchain", "debian", `${list}.packages`));
    expect(names).toEqual([...new Set(names)].sort());
    expect(names.length).toBeGreaterThan(10);
  }
});

test("the licences of all that is built are named", () => {
  const text = readFileSync(at("LICENSES.md"), "utf8");
  expect(all.filter(({ name, version }) => !text.includes(`| ${name} | ${version} |`)).map(({ name }) => name)).toEqual(
    [],
  );
  expect(text).toContain(versions.debian);
});
