import XMLBuilder from "fast-xml-builder";
import type { CheckVerdict, SubjectVerdict, Verdict } from "../verdict";

/** Names that begin so are attributes. */
const attribute = "@";
const builder = new XMLBuilder({
  ...{ attributeNamePrefix: attribute, ignoreAttributes: false, suppressBooleanAttributes: false },
  ...{ suppressEmptyNode: true, format: true },
});

/** A `testcase` as the builder takes it: attributes, then what is in it. */
interface Case {
  readonly [name: string]: unknown;
  readonly failure?: unknown;
  readonly skipped?: unknown;
}

/** The verdict as JUnit XML: a suite for each check, a case for each node or pair. */
export function junitXml(verdict: Verdict): string {
  const suites = verdict.checks.map((check) => suiteOf(verdict, check));
  const cases = suites.flatMap(({ testcase }) => testcase);
  return builder.build({
    "?xml": attributes({ version: "1.0", encoding: "UTF-8" }),
    testsuites: {
      ...attributes({ name: `cni-lab ${verdict.lab} ${verdict.expect}`, ...counts(cases) }),
      testsuite: suites,
    },
  });
}

function suiteOf({ lab, startedAt }: Verdict, check: CheckVerdict) {
  const name = `${lab}.${check.id}`;
  // A pass that its controls take back, and a check without subjects, still need a case that says so.
  const isTold = check.subjects.some((subject) => subject.outcome === check.outcome);
  const says = check.says ?? "has no subject in this cluster";
  const own = { subject: "all", outcome: check.outcome, seconds: 0, tries: 0, says, causes: [], values: {} };
  const testcase = [...(isTold ? [] : [own]), ...check.subjects].map((subject) => caseOf(name, subject));
  return {
    ...attributes({ name, timestamp: startedAt, time: check.seconds, ...counts(testcase) }),
    properties: { property: attributes({ name: "title", value: check.title }) },
    testcase,
  };
}

function caseOf(suite: string, { subject, outcome, seconds, says, seen, causes, evidence }: SubjectVerdict): Case {
  const message = [says, seen, ...causes].filter((text) => text !== undefined).join("; ");
  return {
    ...attributes({ name: subject, classname: suite, time: seconds }),
    ...(outcome === "failed" || outcome === "inconclusive" ? { failure: attributes({ message, type: outcome }) } : {}),
    ...(outcome === "not-applicable" ? { skipped: "" } : {}),
    ...(evidence === undefined ? {} : { "system-out": printable(`evidence: ${evidence}`) }),
  };
}

function counts(cases: readonly Case[]) {
  const having = (part: "failure" | "skipped") => cases.filter((one) => one[part] !== undefined).length;
  return { tests: cases.length, failures: having("failure"), errors: 0, skipped: having("skipped") };
}

function attributes(values: Readonly<Record<string, string | number>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [attribute + name, printable(String(value))]),
  );
}

/** XML 1.0 has no way to write most control characters. */
function printable(text: string): string {
  return text.replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, "\u{FFFD}");
}
