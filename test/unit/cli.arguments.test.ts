import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { runProgram } from "../../cli/program";
import { reportError } from "../../cli/report-error";
import { Held, withMachineLock } from "../../toolchain/machine-lock";

/** Words are judged, whatever stack somebody is changing on this machine. */
vi.mock(import("../../toolchain/machine-lock"), async (original) => ({
  ...(await original()),
  withMachineLock: (_name, _mode, _holder, work) => work(),
}));

/** What one command line printed, and its exit code. */
async function lab(...argv: string[]): Promise<{ exitCode: number; lines: string[] }> {
  const lines: string[] = [];
  const exitCode = await runProgram(argv).catch((error) => reportError(error, (line) => lines.push(line)));
  return { exitCode, lines };
}

let printed = "";
beforeEach(() => {
  printed = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += text;
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

test.each([
  [
    ["upp"],
    "command: unknown command 'upp'; must be one of: up, adopt, check, fix, break, swap, down, .*; did you mean up\\?",
  ],
  [["frobnicate"], "command: unknown command 'frobnicate'; must be one of: up, .*, help; see ./lab help"],
  [["up", "--sett", "a=b"], "up: unknown option '--sett'; allowed: --set, --deadline-factor; did you mean --set\\?"],
  [["up", "--quick"], "up: unknown option '--quick'; allowed: --set, --deadline-factor; see ./lab help up"],
  [["list", "--json"], "list: unknown option '--json'; it takes none; see ./lab help list"],
  [["up", "flannel", "extra"], "up: too many arguments.* Expected 1 argument but got 2; see ./lab help up"],
  [["node"], "node: missing required argument 'node'; see ./lab help node"],
  [
    ["check", "--expect", "sick"],
    "check: option '--expect <state>' argument 'sick' is invalid. Allowed choices are symptom, healthy; .*",
  ],
  [
    ["check", "--deadline-factor", "-1"],
    "check: option '--deadline-factor <factor>' argument '-1' is invalid. It must be a number, 0 or more; .*",
  ],
  [
    ["check", "--deadline-factor", "soon"],
    "check: option '--deadline-factor <factor>' argument 'soon' is invalid. It must be a number, 0 or more; .*",
  ],
  [["swap", "flannel"], "swap: missing required argument 'cni'; see ./lab help swap"],
  [
    ["swap", "flannel", "wave"],
    'CNI is "wave": must be one of: flannel, weave, flannel-etcd, none; did you mean weave\\?',
  ],
  [
    ["swap", "flannel", "weave", "--strategy", "big-bang"],
    "swap: option '--strategy <strategy>' argument 'big-bang' is invalid. Allowed choices are rolling, replace; .*",
  ],
  [
    ["swap", "flannel", "weave", "--meter-every", "99"],
    "swap: option '--meter-every <ms>' argument '99' is invalid. It must be a whole number, 100 to 10000; .*",
  ],
  [["fix", "flannel"], 'STACK is "flannel": lab flannel has no bug to fix; labs with one: .*dhcp-bad-routes, .*; .*'],
  [
    ["break", "weave"],
    'STACK is "weave": lab weave has no bug to break; .*; ./lab check weave shows that it is healthy',
  ],
  [["learn"], "learn: missing required argument 'id'; see ./lab help learn"],
  [["learn", "flanel"], 'STACK is "flanel": must be one of: .*; did you mean flannel\\?'],
  [["dhcp"], "dhcp: missing required argument 'what'; see ./lab help dhcp"],
  [["dhcp", "lease"], 'WHAT is "lease": must be one of: leases, log; did you mean leases\\?'],
  [["logs", "multos"], 'PART is "multos": must be one of: multus, dhcp, .*, dhcp-server; did you mean multus\\?'],
  [["logs", "constructor"], 'PART is "constructor": must be one of: multus, .*'],
  [["capture", "n1"], "capture: missing required argument 'iface'; see ./lab help capture"],
  [["compare", "a", "b", "c"], "compare: too many arguments.* Expected 2 arguments but got 3; see ./lab help compare"],
  [["help", "stats"], 'command is "stats": must be one of: up, .*; did you mean status\\?'],
])("%j is refused", async (argv, message) => {
  const { exitCode, lines } = await lab(...argv);
  expect(lines).toEqual([expect.stringMatching(new RegExp(`^lab: ${message}$`))]);
  expect(exitCode).toBe(2);
  expect(printed).toBe("");
});

test.each(["flanel", "flannel; rm -rf /", "$(id)", "a b", "'", ""])("the stack %j is refused", async (stack) => {
  const { exitCode, lines } = await lab("up", stack);
  const fix = stack === "flanel" ? "; did you mean flannel?" : "";
  expect(lines[0]).toMatch(/^lab: STACK is .*: must be one of: .*flannel.*/);
  expect(lines[0]?.endsWith(fix)).toBe(true);
  expect(exitCode).toBe(2);
});

test("values are refused together, with what was meant, before anything is done", async () => {
  const { exitCode, lines } = await lab("up", "flannel", "--set", "node=3", "--set", "cni", "--set", "lan=x");
  expect(exitCode).toBe(2);
  expect(lines).toHaveLength(3);
  expect(lines[0]).toMatch(/^lab: --set is "node": must be one of: cni, nodes, .*; did you mean nodes\?$/);
  expect(lines[1]).toBe('lab: --set is "cni": must be written as key=value; for example --set cni=VALUE');
  expect(lines[2]).toMatch(/^lab: --set is "lan": must be one of: /);
});

test.each([
  ["nodes=0", '--set nodes is "0": must be a whole number from 1 to 9'],
  ["nodes=", '--set nodes is "": must be a whole number from 1 to 9'],
  ["cni=calico", '--set cni is "calico": must be one of: flannel, weave, flannel-etcd, none'],
  ["podCidr=10.96.0.0/12", 'serviceCidr is "10.96.0.0/12": must not overlap with podCidr'],
  ["podCidr=10.244.0.1/16", '--set podCidr is "10.244.0.1/16": must be an IPv4 network'],
])("--set %s is refused", async (set, message) => {
  const { exitCode, lines } = await lab("up", "flannel", "--set", set);
  expect(lines.join("\n")).toMatch(message);
  expect(exitCode).toBe(2);
});

test("help tells the default stack and every command", async () => {
  expect(await lab("help")).toEqual({ exitCode: 0, lines: [] });
  expect(printed).toContain("default: confluence.");
  for (const name of [
    "up",
    "check",
    "fix",
    "break",
    "down",
    "status",
    "list",
    "kubectl",
    "node",
    "dhcp",
    "logs",
    "capture",
    "compare",
    "pulumi",
    "env",
    "doctor",
    "test",
    "purge",
  ]) {
    expect(printed).toMatch(new RegExp(`^ {2}${name}( |$)`, "m"));
  }
});

test.each([[[]], [["--help"]], [["up", "--help"]], [["help", "up"]]])("%j shows usage", async (argv) => {
  expect((await lab(...argv)).exitCode).toBe(0);
  expect(printed).toContain("Usage: ./lab");
});

test("a secret is not taken from the command line", async () => {
  const { exitCode, lines } = await lab("up", "flannel", "--set", "weavePassword=hunter2");
  expect(lines).toEqual([
    expect.stringMatching(/^lab: --set weavePassword: is a secret, .*config set --secret weavePassword/),
  ]);
  expect(lines.join()).not.toContain("hunter2");
  expect(exitCode).toBe(2);
});

test("what can't be done is refused while somebody works on the stack too", async () => {
  const refused = async () => {
    expect((await lab("up", "flannel", "--set", "nodes=0")).lines[0]).toMatch(/^lab: --set nodes is "0": must be/);
    expect((await lab("fix", "flannel")).lines[0]).toMatch(/lab flannel has no bug to fix/);
  };
  // Who is held off by somebody else has the same case before him.
  const holder = { command: "./lab up flannel", state: "/elsewhere" };
  await withMachineLock("stack flannel", "exclusive", holder, refused).catch((error) => {
    if (!(error instanceof Held)) throw error;
    return refused();
  });
});
