import { quoteWord } from "../../../lib/shell";
import type { Check, Step, Subjects } from "../../language/check";
import type { Checklist } from "../../language/checklist";
import type { Expectation, Values } from "../../language/values";
import { checksFor } from "../checks-for";

const runsFor: Readonly<Record<Subjects, string>> = {
  once: "once",
  node: "for each node",
  "node-pair": "for each ordered pair of nodes",
  "same-node-pair": "for two probe pods of each node",
  replica: "for each replica of Confluence",
  "replica-pair": "for each ordered pair of these replicas",
};

/** What `check --list` prints: each check of the expected state with what it runs. Nothing is run. */
export function listChecks(lab: Checklist, expect: Expectation, inForce: Values): string {
  return `${checksFor(lab, expect, inForce).map(describeCheck).join("\n\n")}\n`;
}

function describeCheck(check: Check): string {
  const { timing, controls } = check;
  const when =
    "bySeconds" in timing
      ? `tried every ${timing.everySeconds} s for up to ${timing.bySeconds} s`
      : `must hold for ${timing.throughoutSeconds} s, tried every ${timing.everySeconds} s`;
  const named = (role: string, ids: readonly string[] = []) =>
    ids.length === 0 ? [] : [`  ${role} control: ${ids.join(", ")}`];
  return [
    `${check.id}: ${check.title}`,
    `  ${runsFor[check.subjects]}, ${when}`,
    ...(check.change ?? []).map((step) => `  once before: ${describeStep(step)}`),
    ...check.steps.map((step) => `  ${describeStep(step)}`),
    ...(check.restore ?? []).map((step) => `  once after: ${describeStep(step)}`),
    ...named("positive", controls?.positive),
    ...named("negative", controls?.negative),
  ].join("\n");
}

function describeStep(step: Step): string {
  const words = step.run.map((word) => (/^[{}\w@%+=:,./-]+$/.test(word) ? word : quoteWord(word))).join(" ");
  if (step.at === "dhcp-log") return `log of the DHCP server: ${words}`;
  return step.at === "kubectl" ? `kubectl ${words}` : `on ${step.at}: ${words}`;
}
