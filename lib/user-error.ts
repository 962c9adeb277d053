/** One thing a user got wrong: where, what stood there, what is allowed, what to do next. */
export interface Problem {
  /** The field, option or object, named as the user wrote it. */
  readonly field: string;
  /** The value found there; omitted when there was none. */
  readonly value?: string;
  /** What is allowed. */
  readonly rule: string;
  /** What to do next. */
  readonly fix?: string;
}

/** A mistake of the user, or a state of the machine that the user can fix: printed without a stack trace. */
export class UserError extends Error {
  constructor(readonly problems: readonly Problem[]) {
    super(problems.map(describeProblem).join("\n"));
    this.name = "UserError";
  }
}

/** A problem on one line, as a person reads it. */
export function describeProblem({ field, value, rule, fix }: Problem): string {
  const found = value === undefined ? "" : ` is ${JSON.stringify(value)}`;
  return `${field}${found}: ${rule}${fix === undefined ? "" : `; ${fix}`}`;
}
