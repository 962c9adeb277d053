import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";
import { holdStack } from "../../driver/stack/hold";
import { UserError } from "../../lib/user-error";
import { Held, withMachineLock } from "../../toolchain/machine-lock";

const root = mkdtempSync(join(tmpdir(), "cni-lab-locks-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const newFolder = () => mkdtempSync(join(root, "run-"));

const me = { command: "./lab up flannel", state: "/here" };
const take = (folder: string, mode: "exclusive" | "shared" = "exclusive", work = async () => "done") =>
  withMachineLock("stack flannel", mode, me, work, folder);
const refusal = (running: Promise<unknown>) =>
  running.then(
    () => undefined,
    (error: unknown) => error,
  );

const others: ChildProcess[] = [];
afterAll(() => others.forEach((other) => void other.kill("SIGKILL")));

/** Another process that holds a lock until it is killed. */
async function otherHolder(folder: string): Promise<ChildProcess> {
  const script = `const { withMachineLock } = require("./toolchain/machine-lock.ts");
    const holder = { command: "./lab down flannel", state: "/there" };
    const forever = () => new Promise(() => setInterval(() => {}, 60_000).ref() && console.log("held"));
    withMachineLock("stack flannel", "exclusive", holder, forever, ${JSON.stringify(folder)});`;
  const other = spawn(process.execPath, ["--require", "tsx/cjs", "-e", script], {
    cwd: resolve(__dirname, "../.."),
    stdio: ["ignore", "pipe", "inherit"],
  });
  others.push(other);
  const [first] = await Promise.race([once(other.stdout, "data"), once(other, "exit")]);
  expect(String(first)).toBe("held\n");
  return other;
}

test("a lock is free again after its work, also after work that failed", async () => {
  const folder = newFolder();
  expect(await take(folder)).toBe("done");
  await expect(take(folder, "exclusive", () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
  expect(await take(folder)).toBe("done");
});

test("who comes second is told who holds it", async () => {
  const folder = newFolder();
  const error = await take(folder, "exclusive", () => refusal(take(folder)) as Promise<string>);
  expect(error).toBeInstanceOf(Held);
  expect(error).toMatchObject({ lock: "stack flannel", holder: { ...me, pid: process.pid } });
});

test("those who share a lock keep only an exclusive one out", async () => {
  const folder = newFolder();
  const seen = await take(
    folder,
    "shared",
    async () => [await take(folder, "shared"), await refusal(take(folder, "exclusive"))] as unknown as string,
  );
  expect(seen).toEqual(["done", expect.any(Held)]);
});

test("a holder that is killed holds nothing any more", async () => {
  const folder = newFolder();
  const other = await otherHolder(folder);
  expect(await refusal(take(folder))).toMatchObject({ holder: { command: "./lab down flannel", pid: other.pid } });
  other.kill("SIGKILL");
  await once(other, "exit");
  expect(await take(folder)).toBe("done");
});

test("a torn lock file keeps nobody out, and names nobody", async () => {
  const folder = newFolder();
  await take(folder);
  const file = join(folder, readdirSync(folder)[0] ?? "");
  writeFileSync(file, '{"pid": 1');
  expect(await take(folder)).toBe("done");
  const error = await take(folder, "exclusive", async () => {
    writeFileSync(file, '{"pid": 1');
    return (await refusal(take(folder))) as string;
  });
  expect(error).toMatchObject({ holder: undefined });
});

test("a name can't leave the folder, and a folder of others is not trusted", async () => {
  const folder = newFolder();
  await withMachineLock("stack ../../x", "exclusive", me, async () => {}, folder);
  expect(readdirSync(folder)).toEqual(["stack%20..%2F..%2Fx.lock"]);
  chmodSync(folder, 0o777);
  await expect(take(folder)).rejects.toThrow("can be written to by others");
});

test("a stack that is held is refused with its holder, and the work is not begun", async () => {
  const folder = newFolder();
  const other = await otherHolder(folder);
  let begun = false;
  const error = await refusal(
    holdStack(
      "flannel",
      "up",
      async () => {
        begun = true;
      },
      folder,
    ),
  );
  other.kill("SIGKILL");
  expect(begun).toBe(false);
  expect(error instanceof UserError && error.problems).toEqual([
    {
      field: "stack",
      value: "flannel",
      rule: expect.stringMatching(
        new RegExp(
          `^is being changed by ./lab down flannel \\(process ${other.pid} since .*, whose state is in /there\\)$`,
        ),
      ),
      fix: "wait until it ends, or end it there with Ctrl-C",
    },
  ]);
  expect(await holdStack("weave", "up", async () => "other", folder)).toBe("other");
});
