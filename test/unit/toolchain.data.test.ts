import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { images, versions } from "../../lib/versions";
import { readPackages } from "../../toolchain/debian/rootfs";
import * as roots from "../../toolchain/debian/roots";
import * as programs from "../../toolchain/go/programs";
import { workloads } from "../../toolchain/images/workloads";
import { junit } from "../../toolchain/java/junit";
import * as javaPrograms from "../../toolchain/java/programs";
import { repository } from "../../toolchain/repository";

const at = (...path: string[]) => join(repository, "toolchain", ...path);
const all = Object.values(programs);
const allJava = Object.values(javaPrograms);

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

test.each([...allJava.flatMap(({ jars }) => jars), junit].map((jar) => [jar.name, jar] as const))(
  "%s is pinned by its digest",
  (_name, { sha256 }) => {
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  },
);

test("artifacts of programs have names of their own", () => {
  const names = [...all, ...allJava].map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

test("each folder of programs and images is used", () => {
  const used = [...all.map(({ name, folder = name }) => folder), ...allJava.map(({ name }) => name)];
  expect(readdirSync(at("programs")).sort()).toEqual([...new Set(used)].sort());
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
  const allowed = ["ARG", "FROM", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "LABEL", "STOPSIGNAL", "USER"];
  expect(instructions.filter((word) => !allowed.includes(word))).toEqual([]);
  expect(lines.filter((line) => line.startsWith("FROM"))).toHaveLength(1);
  expect(lines.find((line) => line.startsWith("FROM"))).toMatch(/^FROM (scratch|\$\{BASE\})$/);
});

test.each(workloads.map((workload) => [workload.name, workload] as const))(
  "image %s copies what it has, and says what is patched",
  (name, { from }) => {
    const text = readFileSync(at("images", name, "Containerfile"), "utf8");
    const copied = [...text.matchAll(/^COPY (?<sources>.+) \S+$/gm)].flatMap(
      ({ groups }) => groups?.sources?.split(" ") ?? [],
    );
    const beside = readdirSync(at("images", name)).filter((file) => file !== "Containerfile");
    const has = [...(from?.files ?? []), ...beside];
    expect(copied).not.toEqual([]);
    expect(copied.filter((source) => !has.includes(source.replace(/\/$/, "")))).toEqual([]);
    expect(/\bcni-lab\.patches="\$\{PATCHES\}"$/m.test(text)).toBe(from?.patches !== undefined);
  },
);

test("a node has dnsmasq for the DHCP server, and nothing that starts it by itself", () => {
  expect(readPackages("toolchain/debian/node.packages")).toContain("dnsmasq-base");
  expect(readPackages("toolchain/debian/node.packages")).not.toContain("dnsmasq");
});

test("each script in an image can be started", () => {
  for (const path of ["confluence-node/entrypoint", "confluence-node/shutdown-wait.sh", "postgres/entrypoint"]) {
    expect(statSync(at("images", path)).mode & 0o111).toBe(0o111);
  }
});

test.each(Object.values(roots))("the packages of $name are sorted, without duplicates", ({ name: list, variant }) => {
  const names = readPackages(join("toolchain", "debian", `${list}.packages`));
  expect(names).toEqual([...new Set(names)].sort());
  // What is put into another root has that one's.
  expect(names.includes("iproute2")).toBe(variant === undefined);
});

test("each package list is of a root", () => {
  const lists = readdirSync(at("debian")).filter((file) => file.endsWith(".packages"));
  const names = new Set(Object.values(roots).map(({ name }) => `${name}.packages`));
  expect(lists).toEqual([...names].sort());
});

test("the licences of all that is built are named", () => {
  const text = readFileSync(at("LICENSES.md"), "utf8");
  const built = [...all, ...allJava].filter(({ name, version }) => !text.includes(`| ${name} | ${version} |`));
  expect(built.map(({ name }) => name)).toEqual([]);
  const jars = allJava.flatMap((program) => program.jars);
  expect(jars.filter((jar) => !text.includes(`| ${jar.name} | ${jar.version} |`))).toEqual([]);
  expect(text).toContain(versions.debian);
});

test("the licences of the npm packages that the plugins hold are named, and of no others", () => {
  const folder = at("plugins");
  const sources = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && name !== "build.ts")
    .map((name) => readFileSync(join(folder, name), "utf8"));
  const imported = sources.flatMap((text) =>
    [...text.matchAll(/^(?:import|\}) (?!type )[^";]*"((?:@[^/"]+\/)?[^./"@:][^/":]*)(?:\/[^"]*)?";$/gm)].flatMap(
      ([, name]) => name ?? [],
    ),
  );
  const licence = (name: string) => {
    const { license, licenses } = JSON.parse(
      readFileSync(join(repository, "node_modules", name, "package.json"), "utf8"),
    );
    return license ?? licenses[0].type;
  };
  const named = readFileSync(at("LICENSES.md"), "utf8").split("| npm package |")[1] ?? "";
  expect(named.split("\n").slice(2).join("\n")).toBe(
    [...new Set(imported)]
      .sort()
      .map((name) => `| ${name} | ${String(licence(name)).replace(/^\((.*)\)$/, "$1")} |\n`)
      .join(""),
  );
});
