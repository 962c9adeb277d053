import { parseCidr } from "../../../lib/cidr";
import { literal } from "../../../lib/literal";
import { quoteWord } from "../../../lib/shell";
import { conflistFolder } from "../../cluster/conflist-folder";
import type { Residue } from "./residue";

/**
 * The shell command that takes out of a fingerprint what a CNI has made that is there already: the rest is what the node
 * is like without it. It says of the same facts as `owns` in `audit.ts` that they are the CNI's.
 */
export function withoutOwn(residue: Residue): string {
  const { links, chains, rules, ipsets, nodeAnnotations, routesInside } = residue;
  const link = oneOf(links);
  const conditions = [
    `kind == "link" && ($2 ~ /^${link}$/ || $3 ~ /^${link}$/)`,
    `kind == "address" && $2 ~ / on ${link}$/`,
    `kind == "route" && $2 ~ / dev ${link}( |$)/`,
    ...(routesInside === undefined ? [] : [`kind == "route" && $2 ~ / via / && inside($2)`]),
    ...chains.flatMap(({ table, name }) => [
      `kind == "chain" && $2 ~ /^${table} ${one(name)}$/`,
      `kind == "rule" && $2 ~ /^${table} (${one(name)} |.* -[jg] ${one(name)}( |$))/`,
    ]),
    ...rules.map(
      ({ table, chain, holding }) =>
        `kind == "rule" && $2 ~ /^${table} ${literal(chain)} / && index($2, ${text(holding)})`,
    ),
    // The host ports of its pods: there is no other CNI yet whose they could be.
    `(kind == "chain" || kind == "rule") && $2 ~ /CNI-(DN|HOSTPORT)-/`,
    ...(ipsets.length === 0 ? [] : [`kind == "ipset" && $2 ~ /^${oneOf(ipsets)}$/`]),
    `(kind == "file" || kind == "folder") && $2 ~ /^${pathsOf(residue)}$/`,
    ...nodeAnnotations.map((beginning) => `kind == "annotation" && index($2, ${text(beginning)}) == 1`),
  ];
  const program = `${insideFunction(routesInside)}{ kind = $1 }
${conditions.map((condition) => `${condition} { next }`).join("\n")}
{ print }`;
  return `awk -F '\\t' ${quoteWord(program)}`;
}

/** Files and folders, with all that is in the folders. */
function pathsOf({ conflist, networkName, folders, files = [], binaries }: Residue): string {
  return `(${[
    one(`${conflistFolder}/${conflist}`),
    `${one(`/var/lib/cni/results/${networkName}-`)}.*`,
    `${one(`/var/lib/cni/multus/results/${networkName}-`)}.*`,
    ...[...folders, `/var/lib/cni/networks/${networkName}`].map((folder) => `${one(folder)}(\\/.*)?`),
    ...files.map(one),
    ...binaries.map((name) => one(`/opt/cni/bin/${name}`)),
  ].join("|")})`;
}

/** Whether the destination that a route begins with is inside the network. */
function insideFunction(network: string | undefined): string {
  const cidr = network === undefined ? undefined : parseCidr(network);
  if (network === undefined || cidr === undefined) {
    return "";
  }
  const [base = "", prefix = "32"] = network.split("/");
  return `function number(address, part) { split(address, part, "."); return ((part[1] * 256 + part[2]) * 256 + part[3]) * 256 + part[4] }
function inside(route, word, size) {
  split(route, word, " "); sub(/\\/.*/, "", word[1])
  size = 2 ^ (32 - ${prefix})
  return word[1] ~ /^[0-9.]+$/ && int(number(word[1]) / size) == int(number(${text(base)}) / size)
}
`;
}

/** A name that may end in `*`, as a part of awk's regular expression. */
function one(name: string): string {
  const end = name.endsWith("*");
  return `${literal(end ? name.slice(0, -1) : name).replaceAll("/", "\\/")}${end ? "[^ ]*" : ""}`;
}

const oneOf = (names: readonly string[]): string => `(${names.map(one).join("|")})`;

/** A text in awk's quotes. */
const text = (value: string): string => JSON.stringify(value);
