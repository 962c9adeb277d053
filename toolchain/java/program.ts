/** A Maven project under toolchain/programs, in the folder of its name. */
export interface JavaProgram {
  /** The name of its artifact, and of the jar that is built. */
  readonly name: string;
  readonly version: string;
  /** Jars of others that it needs when it runs; their digests lie in its `jars.sha256`. */
  readonly jars: readonly string[];
}
