import { Meter, type MeterArgs } from "./meter";
import { monotonicMs } from "./protocol";
import { type OutageReport, outageReport, type Subject } from "./report";

/** How long a pair that is still cut off after the change is waited for, in ms. */
const recoveryMs = 60_000;

/** What a change did, and what the network showed meanwhile; no report where there was no meter. */
export interface Measured<T> {
  readonly result: T;
  readonly report?: OutageReport;
}

/**
 * Runs a change of the network while the meter runs. A change is not held back by a meter that can't: it is told, and
 * there is no report.
 *
 * @param work resolves with what it has to tell, also of a failure, and with whether the network is to be whole then
 */
export async function measure<T extends { readonly whole: boolean }>(
  args: MeterArgs,
  subject: Subject,
  work: () => Promise<T>,
): Promise<Measured<T>> {
  const meter = await Meter.start(args).catch((error: unknown) => {
    console.log(`No outage report, as the meter can't start: ${error instanceof Error ? error.message : error}`);
  });
  if (meter === undefined) {
    return { result: await work() };
  }
  const began = meter.begin();
  try {
    const result = await work();
    const tookMs = monotonicMs() - began;
    if (result.whole) {
      await meter.whole(recoveryMs);
    }
    return { result, report: outageReport(subject, tookMs, await meter.stop()) };
  } catch (error) {
    await meter.stop();
    throw error;
  }
}
