/** A root file system that images begin with: Debian's packages of the list of its name. */
export interface Root {
  /** Its list is toolchain/debian/`name`.packages. */
  readonly name: "base" | "node" | "confluence" | "postgres" | "sshd" | "machine" | "docker" | "host";
  /** The Debian whose packages these are. @default the one that images are made of */
  readonly suite?: string;
  /**
   * `extract`: the packages' files, and no more, to be put into another root; `important`: also what every installed Debian
   * has. @default a root of its own, as small as it can be
   */
  readonly variant?: "extract" | "important";
  /** Files that are not unpacked, as patterns of dpkg, besides what no root has. @default none */
  readonly leftOut?: readonly string[];
  /** Folders that packages take for granted, though all that would lie in them is left out. @default none */
  readonly folders?: readonly string[];
  /** Users who are there before the packages come. @default Debian's own */
  readonly users?: readonly RootUser[];
  /** Files and folders that packages make and nobody needs. @default none */
  readonly removed?: readonly string[];
}

/** A user, with a group of the same name and number. */
export interface RootUser {
  readonly name: string;
  readonly id: number;
  /** Folder that belongs to the user. */
  readonly home: string;
}

/** Perl beyond what is essential: scripts of packages run on it while they are installed, nothing does later. */
const perl = ["/usr/lib/x86_64-linux-gnu/perl", "/usr/share/perl"];

/** What most images begin with: tools to look at a network with. */
export const baseRoot: Root = { name: "base" };

/** A Kubernetes node. */
export const nodeRoot: Root = { name: "node" };

/** A Confluence node, with the user that the vendor's image has. */
export const confluenceRoot: Root = {
  name: "confluence",
  // Java's programs are alternatives, each with a link to its page there.
  folders: ["/usr/share/man/man1"],
  // For heaps above 32 GiB.
  leftOut: ["/usr/lib/jvm/*/lib/server/classes_nocoops.jsa"],
  users: [{ name: "confluence", id: 2002, home: "/var/atlassian/application-data/confluence" }],
  removed: perl,
};

/** PostgreSQL, with the user of the upstream image. */
export const postgresRoot: Root = {
  name: "postgres",
  // Compiles long queries, in 150 MB; without it PostgreSQL interprets them, as it does with short ones.
  leftOut: [
    "/usr/lib/llvm-14/*",
    "/usr/lib/x86_64-linux-gnu/libLLVM*",
    "/usr/lib/x86_64-linux-gnu/libz3*",
    "/usr/lib/postgresql/*/lib/bitcode/*",
    "/usr/lib/postgresql/*/lib/llvmjit*",
    "/usr/share/i18n/*",
  ],
  users: [{ name: "postgres", id: 999, home: "/var/lib/postgresql" }],
  // A database that the package begins; the image begins one of its own.
  removed: ["/etc/postgresql/15", "/var/lib/postgresql/15", ...perl],
};

/** For tests: OpenSSH's server and sudo, put into the root of a node. */
export const sshdRoot: Root = { name: "sshd", variant: "extract" };

/** For tests: Docker's engine. */
export const dockerRoot: Root = { name: "docker" };

/** For long tests: QEMU and a kernel. */
export const machineRoot: Root = { name: "machine" };

/** For long tests only: a Debian machine as its installer leaves it, on which the lab is to run. */
export const bookwormHost: Root = { name: "host", suite: "bookworm", variant: "important" };
export const trixieHost: Root = { ...bookwormHost, suite: "trixie" };
