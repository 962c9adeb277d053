import { describe, expect, test } from "vitest";
import { commandsOfPage, type PageCommand } from "../readme";
import { engineHolds, type LabUnderTest } from "./lab";

/** What of a lab's page is looked at. */
interface PageTest {
  /** @default all of the page */
  readonly page?: readonly PageCommand[];
  /** What a check says that ends with another exit code than 0. @default anything */
  readonly complaint?: RegExp;
}

/** Runs what a lab's page has its reader run, on the stack under test; each command ends as the page says. */
export function testPage(lab: LabUnderTest, id: string, { page = commandsOfPage(id), complaint }: PageTest = {}): void {
  describe(`the page of lab ${id}`, () => {
    test.each(page)("$command ends with $exitCode", async ({ command, exitCode }) => {
      const ran = await lab.page(command);
      expect(ran.exitCode).toBe(exitCode);
      if (complaint !== undefined && exitCode !== 0 && command.startsWith("./lab check ")) {
        expect(ran.all).toMatch(complaint);
      }
    });
  });
}

/** Brings another lab's bug about on the stack under test, by its most telling check, and mends it. */
export function testBreakAndFix(lab: LabUnderTest, id: string, symptom: RegExp): void {
  test("breaks the stack, and shows how", async () => {
    const { exitCode, all } = await lab.run("break", lab.stack, "--lab", id);
    expect(exitCode).toBe(0);
    expect(all).toMatch(symptom);
  });

  test("mends it", async () => {
    expect((await lab.run("fix", lab.stack, "--lab", id)).exitCode).toBe(0);
  });
}

/** Takes the stack down and looks whether the container engine still holds anything of it. */
export function testDown(lab: LabUnderTest): void {
  test("down leaves nothing, no secret, and no file outside of the lab's own folders", async () => {
    const secrets = await lab.secrets();
    expect((await lab.run("down", lab.stack)).exitCode).toBe(0);
    await expect(engineHolds(lab.stack)).resolves.toEqual([]);
    expect(secrets.length).toBeGreaterThan(2);
    expect(lab.filesHolding(secrets)).toEqual([]);
    expect(lab.strays()).toEqual([]);
  });
}
