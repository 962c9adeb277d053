import type { Check } from "../../checks/language/check";
import { podNetworkKeys, residues } from "../../components/cni/registry";
import { multusAddOn } from "../../components/cni/swap/add-ons";
import { type Audit, auditNode } from "../../components/cni/swap/audit";
import { type Fact, listingScript, nameOf, readListing } from "../../components/cni/swap/fingerprint";
import type { Residue } from "../../components/cni/swap/residue";
import { withCni } from "./with-cni";

/** The config keys of the pods' networks, in the order in which the node's script gets them. */
const keys = podNetworkKeys;

/** Whose a thing may be that a CNI has left which was never recorded on the node, with the networks that the stack is set to. */
function usual(networks: readonly string[]): readonly Residue[] {
  return residues(Object.fromEntries(keys.map((key, i) => [key, networks[i]])));
}

/** What the audit of a node comes to, as one text. */
function audited(answer: (audit: Audit) => string): (text: string) => string {
  return (text) => {
    const listing = readListing(text);
    const recorded = listing.cnis.map(({ cni }) => cni);
    const [, set = ""] = /^set\t(.*)$/m.exec(text) ?? [];
    const cnis = [...listing.cnis, ...usual(set.split("\t")).filter(({ cni }) => !recorded.includes(cni))];
    const [, current = "none", networks = ""] = /^current\t([^\t\n]*)(?:\t(.*))?$/m.exec(text) ?? [];
    return answer(auditNode({ ...listing, cnis }, current, networks === "" ? [] : [multusAddOn]));
  };
}

/** Everything that is wrong with a node, by whose it is: `flannel's: link cni0, route 10.244.1.0/24 ...`. */
export function describeAudit({ leftovers, missing, strayed }: Audit): string {
  const owners = [...new Set(leftovers.map(({ owner }) => owner))];
  const names = (facts: readonly Fact[]) => facts.map(nameOf).join(", ");
  return [
    ...owners.map((owner) => {
      const facts = leftovers.filter((one) => one.owner === owner).map(({ fact }) => fact);
      // Somebody may have added it to the machine since: it is no CNI's, as far as anybody knows.
      return owner === undefined
        ? `of no CNI, and new since the first one: ${names(facts)}`
        : `left by ${owner}: ${names(facts)}`;
    }),
    ...(missing.length === 0 ? [] : [`gone since before the first CNI: ${names(missing)}`]),
    ...(strayed.length === 0 ? [] : [`on another network: ${strayed.map((pod) => `pod ${pod}`).join(", ")}`]),
  ].join("; ");
}

const all = /^[\s\S]*$/;
const settingsScript = `printf 'current\\t%s\\t%s\\n' "$2" "$3"; shift 3; { printf set; printf '\\t%s' "$@"; echo; }`;

/** Compares each node with itself before its first CNI. */
export const nodeResidue: Check = {
  id: "node-residue",
  title: "Every node holds what it held before its first CNI, what this CNI makes, and nothing of another",
  topic: "what CNIs leave on the nodes",
  subjects: "node",
  when: withCni,
  steps: [
    {
      id: "listing",
      at: "node",
      run: [
        ...["sh", "-euc", `${listingScript}\n${settingsScript}`],
        ...["sh", "{node}", "{config.cni}", "{config.networks}"],
        ...keys.map((key) => `{config.${key}}`),
      ],
      timeoutSeconds: 30,
    },
  ],
  read: {
    own: { pattern: all, as: audited(({ own }) => String(own.length)) },
    wrong: { pattern: all, as: audited(describeAudit) },
  },
  expect: [
    { value: "own", matches: /^[1-9]/ },
    { value: "wrong", equals: "" },
  ],
  timing: { bySeconds: 30, everySeconds: 3 },
  says: {
    holds: "{node} holds {value.own} things of {config.cni} and nothing of another CNI",
    fails: "{node} is not clean: {value.wrong}",
  },
  evidence: [{ id: "records", at: "node", run: ["sh", "-c", "head -c 100000 /var/lib/cni-lab/*"] }],
};

/** The same where no CNI is to be: nothing of any is left. */
export const nodeBare: Check = {
  ...nodeResidue,
  id: "node-bare",
  title: "Every node holds what it held before its first CNI, and nothing of any",
  when: { cni: ["none"] },
  expect: [
    { value: "own", equals: "0" },
    { value: "wrong", equals: "" },
  ],
  says: {
    holds: "{node} holds nothing of any CNI",
    fails: "{node} is not clean: {value.wrong}",
  },
};
