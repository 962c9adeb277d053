import type { BuildPackage } from "../build-packages";

/** A Go module under toolchain/programs and what is built of it. */
export interface GoProgram {
  /** The name of its artifact. */
  readonly name: string;
  readonly version: string;
  /** Its folder under toolchain/programs. @default its name */
  readonly folder?: string;
  /** Built file to package. */
  readonly files: Readonly<Record<string, string>>;
  /** Further names of the first file, as links beside it. @default none */
  readonly links?: readonly string[];
  /** Variables that the linker sets, `path.name` to value: what `--version` prints. @default none */
  readonly stamps?: Readonly<Record<string, string>>;
  /** The language C is needed; the result is linked statically all the same. @default no C */
  readonly cgo?: C;
  /** Changes to the text of modules, its own or those it needs. @default none */
  readonly patches?: readonly Patch[];
  /** Files that are taken from a module as they are, but for its patches. @default none */
  readonly copies?: Copies;
}

/** How the C of a program is built. */
export interface C {
  /** Debian packages with what it includes, besides C's own library. @default none */
  readonly packages?: readonly BuildPackage[];
  /** Further options of the linker. @default none */
  readonly linkFlags?: readonly string[];
}

/** One text of a module's file, put in the place of another that must be there exactly once. */
export interface Patch {
  /** The package and the file, `example.org/module/package/file.go`. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** For the label of the image: what is other than upstream, and why. */
  readonly why: string;
}

/** Files of a module that are no part of any package. */
export interface Copies {
  readonly module: string;
  /** File of the artifact to file of the module. */
  readonly files: Readonly<Record<string, string>>;
}
