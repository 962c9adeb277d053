import { renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { privateDir } from "./paths";

/** Writes a file that only this user can read, in one step: who reads it meanwhile sees the old one. */
export function writePrivate(file: string, text: string): void {
  privateDir(path.dirname(file));
  const next = `${file}.${process.pid}`;
  writeFileSync(next, text, { mode: 0o600 });
  renameSync(next, file);
}
