import { parseArgs } from "node:util";

/** What a kubectl command asks the API server, where its words say that and nothing else. */
export interface Question {
  /** With their query; several where several kinds are asked for. */
  readonly paths: readonly string[];
  /** How long kubectl would wait for an answer, in milliseconds. @default as long as it takes */
  readonly timeoutMs?: number;
  /** What kubectl would print of the answers. @throws SyntaxError where one is no JSON and should be */
  readonly print: (answers: readonly string[]) => string;
}

const options = {
  namespace: { type: "string", short: "n" },
  "all-namespaces": { type: "boolean", short: "A" },
  selector: { type: "string", short: "l" },
  "field-selector": { type: "string" },
  output: { type: "string", short: "o" },
  "request-timeout": { type: "string" },
  container: { type: "string", short: "c" },
  tail: { type: "string" },
  previous: { type: "boolean", short: "p" },
} as const;

type Values = Partial<Record<keyof typeof options, string | boolean>>;

/**
 * Reads the words of `kubectl get ... -o json` and of `kubectl logs POD`.
 *
 * @returns undefined for all others, and for each word that is not known here: they are kubectl's
 */
export function questionOf(args: readonly string[]): Question | undefined {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
    const [verb, ...words] = positionals;
    const { "request-timeout": limit, ...others } = values;
    const [, seconds] = /^(\d+)s$/.exec(limit ?? "") ?? [];
    if (limit !== undefined && seconds === undefined) return undefined;
    const asked = verb === "get" ? objects(words, others) : verb === "logs" ? log(words, others) : undefined;
    return asked && { ...asked, ...(seconds === undefined ? {} : { timeoutMs: Number(seconds) * 1000 }) };
  } catch {
    return undefined;
  }
}

/** A name of Kubernetes, so that nothing else gets into a path. */
const isName = (word: string | undefined): word is string => /^[a-z0-9][a-z0-9.-]*$/.test(word ?? "");

function log(
  words: readonly string[],
  { namespace, container, tail, previous, ...others }: Values,
): Question | undefined {
  const [pod] = words;
  if (words.length !== 1 || !isName(pod) || !isName(text(namespace)) || Object.keys(others).length > 0)
    return undefined;
  if (tail !== undefined && !/^-?\d+$/.test(String(tail))) return undefined;
  const query = new URLSearchParams({
    ...(container === undefined ? {} : { container: String(container) }),
    ...(tail === undefined || Number(tail) < 0 ? {} : { tailLines: String(tail) }),
    ...(previous === true ? { previous: "true" } : {}),
  });
  return {
    paths: [withQuery(`/api/v1/namespaces/${namespace}/pods/${pod}/log`, query)],
    print: ([answer = ""]) => answer,
  };
}

/** Where the objects of a kind lie; those that are in no namespace are asked for as such. */
const kinds: Readonly<Record<string, { readonly group: string; readonly kind: string; readonly inNone?: true }>> = {
  configmaps: { group: "/api/v1", kind: "ConfigMap" },
  daemonsets: { group: "/apis/apps/v1", kind: "DaemonSet" },
  nodes: { group: "/api/v1", kind: "Node", inNone: true },
  pods: { group: "/api/v1", kind: "Pod" },
  services: { group: "/api/v1", kind: "Service" },
  statefulsets: { group: "/apis/apps/v1", kind: "StatefulSet" },
};

function objects(words: readonly string[], values: Values): Question | undefined {
  const { namespace, selector, output, "field-selector": field, "all-namespaces": all, ...others } = values;
  const [names = "", name] = words;
  const plurals = names.split(",").map((each) => (each in kinds ? each : `${each}s`));
  const asked = plurals.flatMap((plural) => (kinds[plural] === undefined ? [] : [{ plural, ...kinds[plural] }]));
  const isOdd =
    Object.keys(others).length > 0 || output !== "json" || words.length > 2 || asked.length < plurals.length;
  const isWhole = namespace === undefined && all === true;
  const isNone = namespace === undefined && all === undefined && asked.every(({ inNone }) => inNone);
  const isOne = isName(text(namespace)) && all === undefined && asked.every(({ inNone }) => !inNone);
  if (isOdd || !(isWhole || isNone || isOne)) return undefined;
  const scope = isOne ? `/namespaces/${namespace}` : "";
  if (name !== undefined) {
    const [one] = asked;
    const isPlain = one !== undefined && asked.length === 1 && isName(name) && !isWhole;
    if (!isPlain || selector !== undefined || field !== undefined) return undefined;
    return {
      paths: [`${one.group}${scope}/${one.plural}/${name}`],
      print: ([answer = ""]) => printed(JSON.parse(answer)),
    };
  }
  const query = new URLSearchParams({
    ...(selector === undefined ? {} : { labelSelector: String(selector) }),
    ...(field === undefined ? {} : { fieldSelector: String(field) }),
  });
  return {
    paths: asked.map(({ group, plural }) => withQuery(`${group}${scope}/${plural}`, query)),
    print: (answers) => printed(listOf(answers, asked)),
  };
}

function listOf(answers: readonly string[], asked: readonly { readonly group: string; readonly kind: string }[]) {
  const items = answers.flatMap((answer, i) => {
    const { group = "", kind } = asked[i] ?? {};
    // In a list they do not tell what they are.
    const apiVersion = group.replace(/^\/apis?\//, "");
    return (JSON.parse(answer).items as object[]).map((item) => ({ apiVersion, kind, ...item }));
  });
  return { apiVersion: "v1", kind: "List", metadata: { resourceVersion: "" }, items };
}

/** As kubectl prints it: the keys in order, without who manages which field, and safe to be put into HTML. */
function printed(object: { readonly items?: readonly object[] }): string {
  const owned = new Set<unknown>(
    [object, ...(object.items ?? [])].map((each) => (each as { metadata?: object }).metadata),
  );
  const inOrder = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(inOrder);
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value).filter(([key]) => key !== "managedFields" || !owned.has(value));
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, each]) => [key, inOrder(each)]));
  };
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return `${JSON.stringify(inOrder(object), null, 4).replace(/[<>&\u2028\u2029]/g, escaped)}\n`;
}

function withQuery(path: string, query: URLSearchParams): string {
  return query.size === 0 ? path : `${path}?${query}`;
}

function text(value: string | boolean | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}
