/** Nothing of a file but its content, name, mode and links: two archives of the same files are the same bytes. */
const alike = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "--format=gnu"];

type Command = readonly [string, ...string[]];

/** The command that packs what a folder holds, or only some of it. */
export function packCommand(archive: string, folder: string, names: readonly string[] = ["."]): Command {
  return ["tar", ...alike, ...compression(archive), "--create", "--file", archive, "--directory", folder, ...names];
}

/** The command that unpacks an archive into a folder. */
export function unpackCommand(archive: string, folder: string): Command {
  return ["tar", ...compression(archive), "--extract", "--no-same-owner", "--file", archive, "--directory", folder];
}

/**
 * By the archive's name. zstd at a level where it packs no slower than a disk reads; its threads don't change what it
 * writes. gzip without the time.
 */
function compression(archive: string): string[] {
  if (archive.endsWith(".zst")) {
    return ["--use-compress-program=zstd -T0 -10 --quiet"];
  }
  return archive.endsWith(".gz") ? ["--use-compress-program=gzip --no-name"] : [];
}
