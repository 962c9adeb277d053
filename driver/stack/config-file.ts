import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { isMap, parseDocument } from "yaml";
import type { Values } from "../../checks/language/values";
import { UserError } from "../../lib/user-error";
import { isLeftImage } from "../../stacks/shown-values";

const project = "cni-lab";

/**
 * The `config` of a stack's file, as one sees it in a text editor: comments, order and keys of others stay.
 * Pulumi's own `config set` would do the same at 0.6 s a key.
 */
export class ConfigFile {
  private readonly document;
  private changed = false;

  constructor(readonly file: string) {
    const text = existsSync(file) ? readFileSync(file, "utf8") : "";
    this.document = parseDocument(text);
    const [error] = this.document.errors;
    const content = this.document.contents;
    if (error !== undefined || (content !== null && !isMap(content))) {
      const rule = error?.message.split("\n")[0] ?? "must be a mapping with the key config";
      throw new UserError([
        { field: file, rule, fix: "correct the file, or remove it to start from the lab's values" },
      ]);
    }
  }

  /** The lab's values that stand in the file. */
  values(): Record<string, string> {
    const config: unknown = this.document.toJS()?.config;
    return Object.fromEntries(
      Object.entries(isRecord(config) ? config : {}).flatMap(([key, value]) =>
        key.startsWith(`${project}:`) ? [[key.slice(project.length + 1), text(value)]] : [],
      ),
    );
  }

  /** Writes `values` over what stands there; everything else stays. */
  set(values: Values): this {
    for (const [key, value] of Object.entries(values)) {
      if (this.values()[key] !== value) {
        this.document.setIn(["config", `${project}:${key}`], value);
        this.changed = true;
      }
    }
    return this;
  }

  /** Writes values that are more than text, as YAML. */
  setStructured(values: Readonly<Record<string, unknown>>): this {
    for (const [key, value] of Object.entries(values)) {
      if (this.values()[key] !== text(value)) {
        this.document.setIn(["config", `${project}:${key}`], this.document.createNode(value));
        this.changed = true;
      }
    }
    return this;
  }

  /** Writes those of `values` that the file does not have yet. */
  setMissing(values: Values): this {
    const present = this.values();
    return this.set(Object.fromEntries(Object.entries(values).filter(([key]) => !(key in present))));
  }

  /** Forgets the node image that an earlier version has written; one of somebody's own stays. */
  dropLeftImage(): this {
    for (const [key, value] of Object.entries(this.values())) {
      if (isLeftImage(key, value)) {
        this.document.deleteIn(["config", `${project}:${key}`]);
        this.changed = true;
      }
    }
    return this;
  }

  /** Forgets the salt of a stack that is gone, so that a new one gets its own; kept where a secret hangs on it. */
  dropSalt(): this {
    if (this.document.has("encryptionsalt") && !String(this.document).includes("secure:")) {
      this.document.delete("encryptionsalt");
      this.changed = true;
    }
    return this;
  }

  /** Forgets the lab's values but its secrets, and the salt of a stack that is gone. Comments and keys of others stay. */
  forget(): this {
    const config: unknown = this.document.get("config");
    if (isMap(config)) {
      const forgotten = config.items.filter(
        ({ key, value }) => String(key).startsWith(`${project}:`) && !(isMap(value) && value.has("secure")),
      );
      for (const { key } of forgotten) {
        config.delete(key);
        this.changed = true;
      }
      if (forgotten.length > 0 && config.items.length === 0) {
        this.document.delete("config");
      }
    }
    return this.dropSalt();
  }

  /** Saves the file in one step, without anything in it by removing it; one that would not change is not touched. */
  save(): void {
    if (!this.changed) {
      return;
    }
    if (String(this.document).trim() === "{}") {
      rmSync(this.file, { force: true });
      return;
    }
    mkdirSync(path.dirname(this.file), { recursive: true });
    writeFileSync(`${this.file}.new`, this.document.toString({ lineWidth: 0 }));
    renameSync(`${this.file}.new`, this.file);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
