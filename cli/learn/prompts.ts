import { Interrupted } from "../../driver/run/interrupt";
import type { Conversation } from "./tour";

/** Columns of the line at the left of what is said. */
const edge = 4;

/** A conversation on a terminal, by arrow keys and Enter. */
export async function terminalConversation(): Promise<Conversation> {
  const [{ intro, isCancel, log, outro, select }, { wrapAnsi }] = await Promise.all([
    import("@clack/prompts"),
    import("fast-wrap-ansi"),
  ]);
  // The prompts wrap their own text, and leave messages as they are.
  const wrapped = (text: string) => wrapAnsi(text, Math.min(process.stdout.columns ?? 80, 100) - edge);
  return {
    title: (text) => intro(text),
    say: (text) => log.message(wrapped(text)),
    // Without a line at their left, so that they can be copied.
    commands: (commands) => console.log(`\n${commands.map((command) => `  ${command}`).join("\n")}\n`),
    choose: async (message, choices) => {
      const options = choices.map(({ value, label }) => ({ value: value as string, label }));
      const chosen = await select<string>({ message, options });
      const choice = choices.find(({ value }) => value === chosen)?.value;
      // On Ctrl-C, which reaches the prompt as a key and the process as no signal.
      if (isCancel(chosen) || choice === undefined) throw new Interrupted("SIGINT");
      return choice;
    },
    end: (text) => outro(text),
  };
}
