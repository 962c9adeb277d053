import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished, vi } from "vitest";

type Labels = Readonly<Record<string, string>>;

/** A podman on the PATH that only knows containers with labels: lists them, and removes them. */
export class ListedPodman {
  /** A folder that goes with the test. */
  readonly folder = mkdtempSync(join(tmpdir(), "cni-lab-podman-"));

  constructor(containers: Readonly<Record<string, Labels>>) {
    for (const part of ["labels", "json"]) mkdirSync(join(this.folder, part));
    for (const [name, labels] of Object.entries(containers)) this.add(name, labels);
    writeFileSync(join(this.folder, "podman"), `#!/bin/sh\ncd ${this.folder}\n${program}`);
    chmodSync(join(this.folder, "podman"), 0o755);
    vi.stubEnv("PATH", `${this.folder}:${process.env.PATH}`);
    onTestFinished(() => {
      vi.unstubAllEnvs();
      rmSync(this.folder, { recursive: true });
    });
  }

  /** One container more. */
  add(name: string, Labels: Labels): void {
    const lines = Object.entries(Labels).map(([key, value]) => `\n${key}=${value}\n${key}\n`);
    writeFileSync(join(this.folder, "labels", name), lines.join(""));
    writeFileSync(
      join(this.folder, "json", name),
      JSON.stringify({ Names: [name], Id: `id-${name}`, State: "running", Labels }),
    );
  }

  /** The containers that are left. */
  left(): string[] {
    return readdirSync(join(this.folder, "labels")).sort();
  }
}

const program = `
for last; do :; done
case "$*" in
"ps --all --filter "*" --format json")
  separator=
  printf '['
  for name in $(grep -lxF -e "\${4#label=}" labels/* | sed 's,.*/,,'); do printf '%s' "$separator"; cat "json/$name"; separator=,; done
  echo ']' ;;
"ps --all --format {{.Names}} --filter "*) grep -lxF -e "\${last#label=}" labels/* | sed 's,.*/,,' ;;
"network ls --format json") echo '[]' ;;
"rm --force "*) shift 5; for name; do rm -f "labels/$name" "json/$name"; done ;;
esac
exit 0
`;
