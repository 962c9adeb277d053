import type { Artifact } from "./artifact";
import type { Cache } from "./cache";
import { rootfsArtifact } from "./debian/rootfs";
import { bookwormHost, dockerRoot, machineRoot, sshdRoot, trixieHost } from "./debian/roots";
import { goArtifact } from "./go/artifacts";
import { chooseGo, type GoChoice } from "./go/choice";
import * as programs from "./go/programs";
import { dockerImage, machineImage, rootImageArtifact } from "./node/root-image";
import { nodeImageParts } from "./node-image";
import { binFolder } from "./pulumi/bin";
import { ownHome, ownPlugins } from "./pulumi/home";

/** The artifacts that a user of the toolchain asks for; all others are their needs. */
export interface Catalog {
  /** Folder for PATH: Pulumi, its language host, Kubernetes' programs, etcd. */
  readonly bin: Artifact;
  /** PULUMI_HOME with the lab's own plugins. */
  readonly ownHome: Artifact;
  /** The archive of all images that pods run. */
  readonly workloadImages: Artifact;
  readonly nodeImage: Artifact;
  /** The folder with the program that asks from nodes what pods notice. */
  readonly prober: Artifact;
  /** For tests only: what runs programs in YAML. */
  readonly yamlHost: Artifact;
  /** For tests only: the files of OpenSSH's server and of sudo. */
  readonly sshdFiles: Artifact;
  /** For tests only: Docker's engine, as an image. */
  readonly dockerImage: Artifact;
  /** For long tests only: QEMU and a kernel, as an image. */
  readonly machineImage: Artifact;
  /** For long tests only: root file systems of plain Debian machines, of 12 and of 13. */
  readonly bookwormHost: Artifact;
  readonly trixieHost: Artifact;
}

/**
 * The artifacts of the present pins.
 *
 * @param go what builds them. @default this machine's
 */
export function catalog(cache: Cache, go: GoChoice = chooseGo()): Catalog {
  const kubernetes = goArtifact(programs.kubernetes, go);
  const etcd = goArtifact(programs.etcd, go);
  const engine = [goArtifact(programs.pulumi, go), goArtifact(programs.pulumiLanguageNodejs, go)];
  return {
    bin: binFolder([...engine, kubernetes, etcd]),
    ownHome: ownHome(cache, ownPlugins(), kubernetes),
    prober: goArtifact(programs.echo, go),
    yamlHost: goArtifact(programs.pulumiLanguageYaml, go),
    sshdFiles: rootfsArtifact(sshdRoot),
    dockerImage: rootImageArtifact(dockerImage, rootfsArtifact(dockerRoot)),
    machineImage: rootImageArtifact(machineImage, rootfsArtifact(machineRoot)),
    bookwormHost: rootfsArtifact(bookwormHost),
    trixieHost: rootfsArtifact(trixieHost),
    ...nodeImageParts(go),
  };
}
