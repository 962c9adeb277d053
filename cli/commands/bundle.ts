import { statSync } from "node:fs";
import { read } from "../../driver/run/capture";
import { engineHere } from "../../driver/stack/container-engine";
import { exitCodes } from "../../lib/command-failed";
import { createProgress } from "../../lib/terminal/progress";
import { table } from "../../lib/terminal/table";
import { versions } from "../../lib/versions";
import { readBundle, writeBundle } from "../../toolchain";
import { debianSuite } from "../../toolchain/debian/sources";

interface BundleOptions {
  readonly debian?: readonly string[];
}

/** `./lab bundle`: all that `up` needs, in one file for machines without a network. */
export async function bundle(file: string, { debian }: BundleOptions): Promise<number> {
  const { engine } = await engineHere();
  const suites = debian ?? [debianSuite() ?? versions.debian];
  const parts = await writeBundle(createProgress(), { file, suites, engine: engine.name });
  console.log(
    table(
      ["part", "MiB"],
      parts.map(({ part, bytes }) => [part, (bytes / 2 ** 20).toFixed(1)]),
    ),
  );
  const [sum = ""] = (await read(["sha256sum", file])).split(" ");
  console.log(`\n${file}: ${Math.ceil(statSync(file).size / 2 ** 20)} MiB, for each of the labs. Its SHA-256:\n${sum}`);
  console.log(`\nThere: ./lab unbundle ${file}, in a checkout of the same version.`);
  return exitCodes.asExpected;
}

/** `./lab unbundle`: takes it over. */
export async function unbundle(file: string): Promise<number> {
  const { engine } = await engineHere();
  await readBundle(createProgress(), file, { engine: engine.name });
  console.log("This machine has all that the lab needs. Next: ./lab up");
  return exitCodes.asExpected;
}
