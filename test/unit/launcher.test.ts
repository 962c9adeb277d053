import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir, userInfo } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const repository = path.resolve(__dirname, "../..");
let folder: string;
let home: string;

/** A checkout with the real launcher, and stand-ins for node and npm that tell how they were called. */
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "cni-lab launcher-"));
  home = path.join(folder, "check out");
  mkdirSync(path.join(folder, "bin"));
  mkdirSync(home);
  copyFileSync(path.join(repository, "lab"), path.join(home, "lab"));
  writeFileSync(path.join(home, "package.json"), "{}");
  writeFileSync(path.join(home, "package-lock.json"), "{}");
  program(
    "node",
    `[ "$1" = --version ] && { echo "\${NODE_IS:-v20.1.0}"; exit; }; pwd; printf '<%s>' "$@"; exit "\${NODE_EXIT:-0}"`,
  );
  program(
    "npm",
    `echo "$@" >>"${folder}/npm.log"; mkdir -p node_modules; sleep "\${NPM_TAKES:-0}"; exit "\${NPM_EXIT:-0}"`,
  );
});
afterEach(() => rmSync(folder, { recursive: true }));

function program(name: string, script: string): void {
  const file = path.join(folder, "bin", name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}

interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

async function launch(options: { args?: string[]; env?: Record<string, string>; file?: string } = {}): Promise<Ran> {
  const env = { PATH: `${folder}/bin:/usr/bin:/bin`, XDG_CACHE_HOME: cache(), ...options.env };
  const file = options.file ?? path.join(home, "lab");
  try {
    return { code: 0, ...(await promisify(execFile)(file, options.args ?? [], { env, cwd: folder })) };
  } catch (error) {
    return error as Ran;
  }
}

const cache = () => path.join(folder, "cache");
const privateFolder = () => path.join(cache(), "cni-lab/private");

/** How often npm was asked to install. */
function installs(): number {
  try {
    return readFileSync(path.join(folder, "npm.log"), "utf8").trim().split("\n").length;
  } catch {
    return 0;
  }
}

test("installs what lacks, once, and hands over from the caller's folder with every word as it was", async () => {
  const args = ["up", "a b", "$(id)", ""];
  const first = await launch({ args });
  const main = `<--import><${home}/node_modules/tsx/dist/loader.mjs><${home}/cli/main.ts>`;
  expect(first.stdout).toBe(`${folder}\n${main}<up><a b><$(id)><>`);
  expect(first.stderr).toContain("installing the npm packages");
  expect(readFileSync(path.join(folder, "npm.log"), "utf8")).toMatch(/^ci --ignore-scripts /);
  expect((await launch({ args })).stderr).toBe("");
  expect(installs()).toBe(1);
});

test("installs again when the lock file has changed", async () => {
  await launch();
  writeFileSync(path.join(home, "package-lock.json"), '{ "changed": true }');
  await launch();
  await launch();
  expect(installs()).toBe(2);
});

test("does a half-done install again", async () => {
  const failed = await launch({ env: { NPM_EXIT: "1" } });
  expect(failed.code).toBe(2);
  expect(failed.stdout).toBe("");
  expect(failed.stderr).toContain("npm ci failed; run the same command again");
  expect((await launch()).code).toBe(0);
  expect(installs()).toBe(2);
});

test("an install that fails after a good one leaves no stamp of the good one", async () => {
  await launch();
  writeFileSync(path.join(home, "package-lock.json"), "{ }");
  await launch({ env: { NPM_EXIT: "1" } });
  writeFileSync(path.join(home, "package-lock.json"), "{}");
  await launch();
  expect(installs()).toBe(3);
});

test("two at once install once", async () => {
  const both = await Promise.all([launch({ env: { NPM_TAKES: "0.5" } }), launch({ env: { NPM_TAKES: "0.5" } })]);
  expect(both.map(({ code }) => code)).toEqual([0, 0]);
  expect(installs()).toBe(1);
});

test("finds its folder through links", async () => {
  symlinkSync(path.join(home, "lab"), path.join(folder, "bin/lab"));
  symlinkSync("bin/lab", path.join(folder, "again"));
  expect((await launch({ file: path.join(folder, "again") })).stdout).toContain(`<${home}/cli/main.ts>`);
});

test("passes the exit code on", async () => {
  expect((await launch({ env: { NODE_EXIT: "42" } })).code).toBe(42);
});

test.each([
  ["v18.20.4", "22.1.0-1", "apt-get update && apt-get install -y nodejs npm"],
  ["v9.0.0", "18.19.0+dfsg-6", "apt-get update && apt-get install -y npm && npm install -g node@20"],
  ["nonsense", "(none)", "apt-get update && apt-get install -y npm && npm install -g node@20"],
])("refuses Node %s where apt has %s, before anything is installed", async (version, candidate, fix) => {
  program("apt-get", "exit 1");
  program("apt-cache", `printf '%s:\\n  Installed: (none)\\n  Candidate: %s\\n' "$2" "${candidate}"`);
  const { code, stderr } = await launch({ env: { NODE_IS: version } });
  expect(code).toBe(2);
  expect(stderr).toBe(`lab: Node.js 20 or newer is needed, found ${version}\nas root: ${fix}\n`);
  expect(installs()).toBe(0);
});

describe("unbundle", () => {
  const bundle = () => path.join(folder, "lab.bundle");

  /** A bundle with a Node of its own, and the npm packages of a checkout's lock file. */
  async function write(lock = readFileSync(path.join(home, "package-lock.json"))): Promise<void> {
    const parts = path.join(folder, "parts");
    const sum = createHash("sha256").update(lock).digest("hex");
    const script = `
      mkdir -p bootstrap node/bin npm/node_modules
      cp "${folder}/bin/node" node/bin/node
      sed -i 's/NODE_IS:-v20.1.0/OTHER:-v20.9.9/; s/pwd;/echo its own;/' node/bin/node
      echo "${sum}  -" >npm/node_modules/.cni-lab-stamp
      tar -czf bootstrap/node.tar.gz -C node .
      tar -czf bootstrap/npm.tar.gz -C npm node_modules
      sha256sum bootstrap/* >SHA256SUMS
      tar -cf "${bundle()}" SHA256SUMS bootstrap`;
    mkdirSync(parts);
    await promisify(execFile)("sh", ["-euc", script], { cwd: parts });
    rmSync(parts, { recursive: true });
  }
  const old = { NODE_IS: "v18.20.4" };

  test("takes Node and the npm packages out of the bundle where they lack; both stay", async () => {
    await write();
    const first = await launch({ args: ["unbundle", bundle()], env: old });
    expect(first.stdout, first.stderr).toContain("its own");
    expect(first.stdout).toContain(`<unbundle><${bundle()}>`);
    const later = await launch({ args: ["up"], env: old });
    expect(later.stdout).toContain("its own");
    expect(later.stderr).toBe("");
    expect(installs()).toBe(0);
  });

  test("leaves the machine's Node to it where it is new enough", async () => {
    await write();
    expect((await launch({ args: ["unbundle", bundle()] })).stdout).not.toContain("its own");
    expect(existsSync(path.join(cache(), "cni-lab/node"))).toBe(false);
    expect(installs()).toBe(0);
  });

  test("takes nothing out where nothing lacks", async () => {
    await launch();
    expect((await launch({ args: ["unbundle", "no-such-file"] })).code).toBe(0);
  });

  test.each([
    ["is not there", () => rmSync(bundle()), "there is no bundle"],
    ["is cut short", () => truncateSync(bundle(), 700), "is no whole bundle of the lab\ncopy it again"],
  ])("a bundle that %s is refused, and nothing of it is used", async (_, change, words) => {
    await write();
    change();
    const { code, stdout, stderr } = await launch({ args: ["unbundle", bundle()], env: old });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(words);
    expect(existsSync(path.join(home, "node_modules"))).toBe(false);
  });

  test("a bundle of another version is refused", async () => {
    await write(Buffer.from("another"));
    const { code, stderr } = await launch({ args: ["unbundle", bundle()], env: old });
    expect(code).toBe(2);
    expect(stderr).toContain("is of another version of the lab\nuse the checkout that made it");
  });
});

describe("the temporary folder", () => {
  /** Node's stand-in tells which it got. */
  const telling = `[ "$1" = --version ] && { echo v20.1.0; exit; }; echo "$TMPDIR"; echo "$CNI_LAB_TMPDIR"; : >"$CNI_LAB_TMPDIR/left"`;

  test("is this user's alone, and one of the run's own lies in it", async () => {
    program("node", telling);
    const { stdout, stderr } = await launch({ env: { TMPDIR: folder } });
    const [own = "", ofRun = ""] = stdout.split("\n");
    expect(own, stderr).toBe(privateFolder());
    expect(path.dirname(ofRun)).toBe(own);
    for (const each of [own, ofRun]) {
      expect([statSync(each).mode & 0o777, statSync(each).uid]).toEqual([0o700, userInfo().uid]);
    }
  });

  test.each([
    ["that others may enter", () => mkdirSync(privateFolder(), { recursive: true, mode: 0o755 })],
    [
      "that leads elsewhere",
      () => {
        mkdirSync(path.dirname(privateFolder()), { recursive: true });
        symlinkSync(folder, privateFolder());
      },
    ],
  ])("one %s is refused before anything runs from there", async (_, make) => {
    make();
    const { code, stdout, stderr } = await launch();
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(`lab: ${privateFolder()} must be a directory of user ${userInfo().uid} with mode 700`);
    expect(stderr).toContain("remove it, and run this again");
    expect(installs()).toBe(0);
  });

  test("those that ended runs have left go, and one that a run still has stays", async () => {
    program("node", telling);
    const of = async () => (await launch()).stdout.split("\n")[1] ?? "";
    const [ended, held, young] = [await of(), await of(), await of()];
    const holder = spawn("flock", [held, "sh", "-c", "echo held; read -r end"], { stdio: ["pipe", "pipe", "inherit"] });
    await new Promise((resolve) => holder.stdout.once("data", resolve));
    for (const old of [ended, held]) utimesSync(old, 0, 0);
    await launch();
    expect([ended, held, young].map((each) => existsSync(each))).toEqual([false, true, true]);
    holder.stdin.end();
    await new Promise((resolve) => holder.once("close", resolve));
    utimesSync(held, 0, 0);
    await launch();
    expect(existsSync(held)).toBe(false);
  });

  test("goes where Node is never reached", async () => {
    await launch({ env: { NPM_EXIT: "1" } });
    expect(readdirSync(privateFolder())).toEqual([]);
  });
});
