import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { userCache } from "../toolchain/cache";

/**
 * A home and a temporary folder in which nobody else writes. What the lab leaves in them is what it leaves outside of
 * its own folders, which are its caches, its state and its stacks' config files.
 */
export class WatchedFolders {
  /** Holds all that is watched. */
  readonly root = mkdtempSync(path.join(tmpdir(), "cni-lab-watched-"));
  private readonly home = path.join(this.root, "home");
  private readonly temporary = path.join(this.root, "tmp");

  constructor() {
    mkdirSync(this.home);
    mkdirSync(this.temporary);
  }

  /** The environment of what is watched: the caches stay where they are, as they are built in minutes. */
  get env() {
    return {
      HOME: this.home,
      TMPDIR: this.temporary,
      TMP: this.temporary,
      XDG_CACHE_HOME: path.dirname(userCache().root),
    };
  }

  /** Every file and folder that was left, as `home/...` or `tmp/...`. */
  left(): string[] {
    return [this.home, this.temporary].flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => path.join(path.basename(folder), name)),
    );
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
