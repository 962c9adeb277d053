import type { ContainerEngine } from "../../components/cluster/engine/engine";
import { engines } from "../../components/cluster/engine/engines";

/**
 * What all engines answer. One that does not answer has nothing that runs: it is passed over where another one does.
 *
 * @throws what the first of them ended with, where none answers
 */
export async function askEngines<Answer>(ask: (engine: ContainerEngine) => Promise<Answer>): Promise<Answer[]> {
  const answers = await Promise.allSettled(engines.map(ask));
  const heard = answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));
  const [first] = answers;
  if (heard.length === 0 && first?.status === "rejected") {
    throw first.reason;
  }
  return heard;
}
