/** Exit codes of the lab; every command's own tool may have others. */
export const exitCodes = { asExpected: 0, notAsExpected: 1, couldNotRun: 2, interrupted: 130 } as const;

/** The lab did what it could, and something it called failed: said in one line, without a stack. */
export class CommandFailed extends Error {
  constructor(
    message: string,
    readonly exitCode: number = exitCodes.couldNotRun,
  ) {
    super(message);
    this.name = "CommandFailed";
  }
}
