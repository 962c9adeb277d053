/** Config values by their key without the `cni-lab:` prefix, as they stand in a stack's file. */
export type Values = Readonly<Record<string, string>>;

/** Whether a stack is expected to show its lab's bug or to be well. */
export type Expectation = "healthy" | "symptom";
