import { describe, expect, test } from "vitest";
import { commandsOfPage } from "../readme";
import { engineHolds, type LabUnderTest } from "./lab";

/** Runs what a lab's page has its reader run, on the stack under test; each command ends as the page says. */
export function testPage(lab: LabUnderTest, id: string): void {
  describe(`the page of lab ${id}`, () => {
    test.each(commandsOfPage(id))("$command ends with $exitCode", async ({ command, exitCode }) => {
      expect(await lab.page(command)).toBe(exitCode);
    });
  });
}

/** Takes the stack down and looks whether the container engine still holds anything of it. */
export function testDown(lab: LabUnderTest): void {
  test("down leaves nothing", async () => {
    expect((await lab.run("down", lab.stack)).exitCode).toBe(0);
    await expect(engineHolds(lab.stack)).resolves.toEqual([]);
  });
}
