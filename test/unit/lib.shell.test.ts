import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { quote, quoteWord } from "../../lib/shell";

describe("quote", () => {
  test.each([
    ["podman", "podman"],
    ["", "''"],
    ["two words", "'two words'"],
    ["it's", "'it'\\''s'"],
    ["$(reboot)", "'$(reboot)'"],
  ])("%j is written %s", (word, written) => {
    expect(quoteWord(word)).toBe(written);
  });

  test("a shell reads back every word as it was", () => {
    const words = fc.sample(
      fc.string({ unit: "binary" }).map((word) => word.replaceAll("\0", "")),
      300,
    );
    const seen = execFileSync("sh", ["-c", `printf '%s\\0' ${quote(words)}`], { encoding: "utf8" });
    expect(seen.split("\0").slice(0, -1)).toEqual(words.map((word) => Buffer.from(word, "utf8").toString("utf8")));
  });

  test("a NUL character is refused", () => {
    expect(() => quoteWord("a\0b")).toThrow("NUL");
  });
});
