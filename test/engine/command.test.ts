import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { beganToChange, wasInterrupted } from "../../driver/stack/event-log";
import { locateToolchain } from "../../toolchain";
import { alive, eventually, type Operation, PulumiProject, type Result } from "./support";

const SECRET = "s3cr3t-w0rd";

let project: PulumiProject;
beforeAll(async () => {
  project = await PulumiProject.make(locateToolchain().binDir, ["command"]);
});
afterAll(() => project.dispose());

/** One resource whose commands write down that they ran. */
const first = (extra: string): string => `
  const made = new command.local.Command("made", {
    create: "echo create >> ran; echo made $WORD", delete: "echo delete $WORD >> ran",
    environment: { WORD: pulumi.secret("${SECRET}") }, ${extra}
  }, { additionalSecretOutputs: ["stdout"] });
  new command.local.Command("after", { create: pulumi.interpolate\`echo after: \${made.stdout} | wc -w\`, logging: "none" });
`;
const expectOk = ({ exitCode, output }: Result): string => {
  expect(exitCode, output).toBe(0);
  expect(output).not.toContain(SECRET);
  return output;
};
/** How many resources each kind of step was for, in an operation that ended well. */
const changesOf = (operation: Operation) => {
  expectOk(operation);
  return operation.changes;
};
const expectFailure = ({ exitCode, output }: Result): string => {
  expect(exitCode, output).not.toBe(0);
  return output;
};

describe("local.Command under the real engine", () => {
  it("previews without running anything, but runs local.run", async () => {
    await project.program(`${first("triggers: [1]")}
      exports.now = command.local.runOutput({ command: "echo run >> ran-by-preview; echo seen" }).stdout;`);
    expect(changesOf(await project.preview())).toEqual({ create: 3 });
    expect(project.file("ran")).toBeUndefined();
    expect(project.file("ran-by-preview")).toBe("run\n");
  });

  it("creates, and keeps what is secret out of state and display", async () => {
    await project.program(first("triggers: [1]"));
    expect(changesOf(await project.up())).toEqual({ create: 3 });
    expect(project.file("ran")).toBe("create\n");
    expect(project.stateText()).not.toContain(SECRET);
    expect(project.recorded("made")?.id).toMatch(/^made[0-9a-f]{8}$/);
    expect(project.recorded("made")?.outputs).toMatchObject({
      stderr: "",
      environment: { WORD: { ciphertext: expect.any(String) } },
      stdout: { ciphertext: expect.any(String) },
    });
    expect(project.recorded("after")?.outputs).toMatchObject({ stdout: "3" });
  });

  it("does nothing when nothing changed, also after a refresh", async () => {
    expect(changesOf(await project.refresh())).toEqual({ same: 3 });
    expect(changesOf(await project.up())).toEqual({ same: 3 });
    expect(project.file("ran")).toBe("create\n");
  });

  it("changes nothing where the program refuses to go on", async () => {
    await project.program(`${first("triggers: [1]")}
      command.local.run({ command: "true" }).then(() => { throw new pulumi.RunError("refused here"); });`);
    const refused = await project.up();
    expect(expectFailure(refused)).toContain("refused here");
    expect(beganToChange(refused.log)).toBe(false);
  });

  it("updates by the update command, which sees the previous output", async () => {
    await project.program(first(`triggers: [1], update: "echo update $PULUMI_COMMAND_STDOUT >> ran; echo made again"`));
    expect(changesOf(await project.up())).toEqual({ same: 1, update: 2 });
    expect(project.file("ran")).toBe(`create\nupdate made ${SECRET}\n`);
  });

  it("replaces when a trigger changes: new first, then the old one's recorded delete", async () => {
    await project.program(first("triggers: [2]"));
    expect(changesOf(await project.up())).toEqual({ replace: 1, same: 1, update: 1 });
    expect(project.file("ran")).toBe(`create\nupdate made ${SECRET}\ncreate\ndelete ${SECRET}\n`);
  });

  it("reports a failing command without secrets, does not record it, and goes on next time", async () => {
    const failing = `${first("triggers: [2]")}
      new command.local.Command("fails", { create: "test -e mended || { echo $WORD; echo why >&2; exit 7; }",
        environment: { WORD: pulumi.secret("${SECRET}") } });`;
    await project.program(failing);
    const failed = await project.up();
    const output = expectFailure(failed);
    expect(wasInterrupted(failed.log)).toBe(false);
    expect(beganToChange(failed.log)).toBe(true);
    expect(output).toMatch(/exit status 7: running "test -e mended .*\n\s*stderr:\n\s*why\n\s*stdout:\n\s*\[secret\]/);
    expect(output).not.toContain(SECRET);
    expect(output).not.toMatch(/\.js:\d+/);
    expect(project.recorded("fails")).toBeUndefined();

    await project.program(failing.replace("test -e mended", "true"));
    expect(changesOf(await project.up())).toEqual({ create: 1, same: 3 });
  });

  it("refuses what it does not have by name", async () => {
    await project.program(first("triggers: [2], assetPaths: ['x'], logging: 'both'"));
    const output = expectFailure(await project.preview());
    expect(output).toContain("assetPaths: assets are not supported by cni-lab's own command plugin");
    expect(output).toContain('logging is "both": must be one of stdout, stderr, stdoutAndStderr, none');
  });

  it("honours customTimeouts", async () => {
    await project.program(
      `new command.local.Command("slow", { create: "sleep 60" }, { customTimeouts: { create: "1s" } });`,
    );
    expect(expectFailure(await project.up())).toContain("not done within 1 s (customTimeouts)");
  });

  it("destroys by the recorded commands", async () => {
    expect(changesOf(await project.destroy())).toEqual({ delete: 4 });
    expect(project.file("ran")?.endsWith(`delete ${SECRET}\n`)).toBe(true);
    expect(project.recorded("made")).toBeUndefined();
  });
});

describe("an engine that ends early", () => {
  const sleeper = (script: string): string => `
    const before = new command.local.Command("before", { create: "true" });
    new command.local.Command("sleeper", { create: "${script}" }, { dependsOn: before });`;

  /** The process that the command wrote into the file. */
  function started(file: string): Promise<number> {
    return eventually("the command's process", () => Number(project.file(file)) || undefined);
  }

  it("by Ctrl-C: the command ends, the state is whole, the next update goes on", async () => {
    await project.program(sleeper("sh -c 'echo $$ > by-int; sleep 100'; true"));
    const log = join(project.dir, "interrupted");
    const up = project.start("up", "--yes", "--skip-preview", `--event-log=${log}`);
    const pid = await started("by-int");
    up.kill("SIGINT");
    await eventually("end of the command", () => !alive(pid) || undefined, 10_000);
    await eventually("end of the engine", () => (up.exitCode === null ? undefined : true));
    expect(up.exitCode).not.toBe(0);
    expect(wasInterrupted(readFileSync(log, "utf8"))).toBe(true);

    await project.program(sleeper("true"));
    expect(changesOf(await project.up())).toEqual({ create: 1, same: 2 });
  });

  it("by SIGKILL: the command ends within seconds, even if it ignores TERM", async () => {
    await project.program(sleeper("trap '' TERM; sh -c 'echo $$ > by-kill; sleep 100'; true"));
    const up = project.start("up", "--yes", "--skip-preview");
    const pid = await started("by-kill");
    up.kill("SIGKILL");
    await eventually("end of the command", () => !alive(pid) || undefined, 5000);
  });
});
