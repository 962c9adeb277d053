import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { javaHome } from "../build-packages";

/** How the compiler is called; a library on the class path runs nothing in it. */
export const javac = ["-g", "--release", "17", "-encoding", "UTF-8", "-Xlint:all", "-proc:none"] as const;

/** How the archiver is called: the same classes make the same jar. */
export const jar = ["--create", "--no-manifest", "--date=2025-01-01T00:00:00Z"] as const;

/** Options of a Java machine that leaves nothing in a temporary folder of everybody, but in this one. */
export function ownTemporary(folder: string): readonly [string, string] {
  return ["-XX:-UsePerfData", `-Djava.io.tmpdir=${folder}`];
}

/** The command that compiles all sources below a folder into another, whose current folder is that of the sources. */
export async function compileCommand(
  sources: string,
  classPath: readonly string[],
  into: string,
  temporary: string,
): Promise<Command> {
  const options = [...javac, "-d", into, "-classpath", classPath.join(":")];
  return [...tool("javac", temporary), ...options, ...(await filesBelow(sources, ".java"))];
}

/** The command that packs the classes below a folder, which is its current folder. */
export async function packCommand(classes: string, file: string, temporary: string): Promise<Command> {
  return [...tool("jar", temporary), ...jar, `--file=${file}`, ...(await filesBelow(classes, ".class"))];
}

type Command = readonly [string, ...string[]];

function tool(name: string, temporary: string): Command {
  return [join(javaHome, "bin", name), ...ownTemporary(temporary).map((option) => `-J${option}`)];
}

/** In an order that does not hang on the file system. */
async function filesBelow(folder: string, ending: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => name.endsWith(ending)).sort();
}
