import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { silentProgress } from "../../lib/progress";
import type { Artifact, Job } from "../../toolchain/artifact";
import { type Cache, cacheAt } from "../../toolchain/cache";
import { Held, withMachineLock } from "../../toolchain/machine-lock";
import { buildLock, Store } from "../../toolchain/store";

let cache: Cache;
beforeEach(() => {
  cache = cacheAt(mkdtempSync(join(tmpdir(), "cni-lab-store-")));
});
afterEach(() => rmSync(cache.root, { recursive: true }));

const artifact = (name: string, build: (job: Job) => Promise<void>, rest: Partial<Artifact> = {}): Artifact => ({
  name,
  title: name,
  values: {},
  files: [],
  needs: [],
  load: "io",
  build,
  ...rest,
});
const writing = (name: string, text: string, rest: Partial<Artifact> = {}) =>
  artifact(name, ({ out }) => writeFile(join(out, "file"), text), rest);
const ensure = (...artifacts: Artifact[]) => new Store(cache).ensure(artifacts, silentProgress);
const content = (of: Artifact) => readFileSync(join(new Store(cache).pathOf(of), "file"), "utf8");

test("a build is there, whole, and is not made again", async () => {
  let builds = 0;
  const one = artifact("one", async ({ out }) => {
    builds += 1;
    await writeFile(join(out, "file"), "one");
  });
  await ensure(one);
  await ensure(one);
  expect(content(one)).toBe("one");
  expect(builds).toBe(1);
  expect(readdirSync(cache.tmp)).toEqual([]);
});

test("what it needs is built first, and only when it is built itself", async () => {
  const order: string[] = [];
  const need = artifact("need", async () => {
    order.push("need");
  });
  const user = artifact(
    "user",
    async ({ pathOf }) => {
      order.push(`user of ${pathOf(need) === new Store(cache).pathOf(need)}`);
    },
    { needs: [need] },
  );
  await ensure(user);
  rmSync(new Store(cache).pathOf(need), { recursive: true });
  await ensure(user);
  expect(order).toEqual(["need", "user of true"]);
});

test("a build that throws leaves nothing, and the next one works", async () => {
  let fails = true;
  const flaky = artifact("flaky", async ({ out }) => {
    await writeFile(join(out, "file"), "half");
    if (fails) {
      throw new Error("disk on fire");
    }
  });
  await expect(ensure(flaky)).rejects.toThrow("disk on fire");
  expect(readdirSync(cache.store)).toEqual([]);
  expect(readdirSync(cache.tmp)).toEqual([]);
  fails = false;
  await ensure(flaky);
  expect(content(flaky)).toBe("half");
});

test("a failure is told after the builds beside it have ended", async () => {
  let ended = false;
  const slow = artifact("slow", async () => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    ended = true;
  });
  const broken = artifact("broken", () => Promise.reject(new Error("no")));
  await expect(ensure(broken, slow)).rejects.toThrow("no");
  expect(ended).toBe(true);
});

test("two at once build once", async () => {
  let builds = 0;
  const build = async ({ out }: Job) => {
    builds += 1;
    await new Promise((resolve) => setTimeout(resolve, 100));
    await writeFile(join(out, "file"), "shared");
  };
  // Two objects, as in two processes.
  await Promise.all([ensure(artifact("shared", build)), ensure(artifact("shared", build))]);
  expect(builds).toBe(1);
  expect(content(artifact("shared", build))).toBe("shared");
});

test("while something is built the kernel's lock is held, which does not grow stale when a machine sleeps", async () => {
  const holder = { command: "./lab up", state: "" };
  const take = (one: Artifact) => withMachineLock(buildLock(one), "exclusive", holder, async () => "free", cache.locks);
  let during: unknown;
  const one: Artifact = artifact("one", async () => {
    during = await take(one).catch((error: unknown) => error);
  });
  await ensure(one);
  expect(during).toBeInstanceOf(Held);
  expect(await take(one)).toBe("free");
});

test("a need that two describe is one step", async () => {
  const need = () => writing("need", "");
  const steps: string[] = [];
  const users = ["one", "two"].map((name) => writing(name, "", { needs: [need()] }));
  const store = new Store(cache);
  expect((await store.lacking(users)).map(({ name }) => name).sort()).toEqual(["need", "one", "two"]);
  await store.ensure(users, {
    step: (title, work) => {
      steps.push(title);
      return work(() => {});
    },
  });
  expect(steps.sort()).toEqual(["need", "one", "two"]);
});

test("a part outside of the store that is gone is built again", async () => {
  let there = false;
  let builds = 0;
  const image = artifact(
    "image",
    async () => {
      builds += 1;
      there = true;
    },
    { alsoThere: async () => there },
  );
  await ensure(image);
  await ensure(image);
  there = false;
  await ensure(image);
  expect(builds).toBe(2);
});

test("lacking names what a build would make, with its needs", async () => {
  const need = writing("need", "");
  const user = writing("user", "", { needs: [need] });
  const store = new Store(cache);
  expect((await store.lacking([user])).map(({ name }) => name)).toEqual(["user", "need"]);
  await ensure(need);
  expect((await store.lacking([user])).map(({ name }) => name)).toEqual(["user"]);
  await ensure(user);
  expect(await store.lacking([user])).toEqual([]);
});
