import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { silentProgress } from "../../lib/progress";
import type { Artifact } from "../../toolchain/artifact";
import { type Cache, cacheAt } from "../../toolchain/cache";
import { prune, touch } from "../../toolchain/prune";
import { Store } from "../../toolchain/store";

let cache: Cache;
beforeEach(() => {
  cache = cacheAt(mkdtempSync(join(tmpdir(), "cni-lab-prune-")));
  mkdirSync(cache.store, { recursive: true });
});
afterEach(() => rmSync(cache.root, { recursive: true }));

const now = new Date("2026-01-10T12:00:00Z");
const hoursAgo = (hours: number) => new Date(now.getTime() - hours * 3_600_000);

/** A build in the store that was last used some hours ago. */
function built(name: string, hours: number, image?: string): void {
  const folder = join(cache.store, name);
  mkdirSync(folder);
  if (image !== undefined) {
    writeFileSync(join(folder, "image"), `${image}\n`);
  }
  utimesSync(folder, hoursAgo(hours), hoursAgo(hours));
}

test("a build that nobody used for a day goes, others stay", async () => {
  built("old-1", 25);
  built("new-1", 23);
  expect(await prune(new Store(cache), now)).toEqual(["old-1"]);
  expect(readdirSync(cache.store)).toEqual(["new-1"]);
});

test("what a killed build left goes as well", async () => {
  const left = join(cache.tmp, "kubernetes-1.abc");
  mkdirSync(left, { recursive: true });
  utimesSync(left, hoursAgo(25), hoursAgo(25));
  expect(await prune(new Store(cache), now)).toEqual(["kubernetes-1.abc"]);
  expect(readdirSync(cache.tmp)).toEqual([]);
});

test("a node image goes with its build, and keeps it while a node runs on it", async () => {
  built("node-image-1", 25, "node:1");
  built("node-image-2", 25, "node:2");
  const asked: string[] = [];
  const removed = await prune(new Store(cache), now, async (image) => {
    asked.push(image);
    return image === "node:1";
  });
  expect(asked).toEqual(["node:1", "node:2"]);
  expect(removed).toEqual(["node-image-1"]);
  expect(readdirSync(cache.store)).toEqual(["node-image-2"]);
});

test("what is in use, and what it was made of, counts as used", async () => {
  const base = { values: {}, files: [], load: "io", build: async () => {} } as const;
  const need: Artifact = { ...base, name: "need", title: "need", needs: [] };
  const user: Artifact = { ...base, name: "user", title: "user", needs: [need] };
  const store = new Store(cache);
  await store.ensure([user], silentProgress);
  for (const artifact of [user, need]) {
    utimesSync(store.pathOf(artifact), hoursAgo(100), hoursAgo(100));
  }
  built("other-1", 100);
  await touch(store, [user], now);
  expect(await prune(store, now)).toEqual(["other-1"]);
  expect(existsSync(store.pathOf(need))).toBe(true);
});
