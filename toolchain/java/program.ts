/** A jar of Maven's registry, pinned by what is in it. */
export interface Jar {
  readonly group: string;
  readonly name: string;
  readonly version: string;
  /** The SHA-256 of its bytes, 64 hexadecimal digits. */
  readonly sha256: string;
}

/** A Java program under toolchain/programs, in the folder of its name: `src/main/java` and `src/test/java`. */
export interface JavaProgram {
  /** The name of its artifact, and of the jar that is built. */
  readonly name: string;
  readonly version: string;
  /** Jars of others that it needs when it runs, with all that these need. */
  readonly jars: readonly Jar[];
}

/** The file name of a jar. */
export function fileOf({ name, version }: Jar): string {
  return `${name}-${version}.jar`;
}

/** Where a jar lies in a repository of Maven's layout. */
export function pathOf(jar: Jar): string {
  return [...jar.group.split("."), jar.name, jar.version, fileOf(jar)].join("/");
}
