import type { Check, Subjects } from "./check";
import type { ShownReach, Where } from "./reach";

const places: Readonly<Partial<Record<Subjects, Where>>> = {
  "node-pair": "across nodes",
  "same-node-pair": "same node",
  "replica-pair": "between replicas",
};

/** What a check shows; undefined where it shows nothing. */
export function shownReach({ subjects, reach }: Pick<Check, "subjects" | "reach">): ShownReach | undefined {
  const where = places[subjects];
  return reach === undefined || "none" in reach || where === undefined ? undefined : { ...reach, where };
}

const senders = /(^|[\s;&|(])(ping|arping|socat|curl|nc|dig)\s/;
/** What stays in the place that it is asked from. */
const inside = / (?:\S+:\/\/)?127\.0\.0\.1\b| --unix-socket /;

/** Whether a command, as one text, sends packets to somebody else. */
export function sends(command: string): boolean {
  return command.split(/\n|;|&&|\|\|/).some((part) => senders.test(` ${part} `) && !inside.test(part));
}
