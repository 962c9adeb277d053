import { Argument, Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { defaultStack } from "../driver/default-stack";
import { leastEveryMs, mostEveryMs } from "../driver/meter/pace";
import { exitCodes } from "../lib/command-failed";
import { refusal } from "../lib/suggest";
import { UserError } from "../lib/user-error";

/** A command's work: returns the exit code. Loaded when it is called, so that every other command starts sooner. */
type Action = (...args: never[]) => Promise<number>;

const aStack = `a lab's name (default: ${defaultStack})`;
const stackArgument = () => new Argument("[stack]", aStack);
const stackOption = () => new Option("-s, --stack <stack>", aStack);

/** Runs one command line of the lab. @returns the exit code @throws UserError when it is not understood */
export async function runProgram(argv: readonly string[]): Promise<number> {
  let exitCode: number = exitCodes.asExpected;
  const act =
    (load: () => Promise<Action>) =>
    async (...args: unknown[]) => {
      exitCode = await (await load())(...(args as never[]));
    };
  // Other commands start sooner without the CNIs.
  const namesCnis = argv.includes("swap") || argv.includes("logs");
  const program = buildProgram(act, namesCnis ? (await import("./cni-words")).cniWords : { cnis: "", logs: "" });
  try {
    await program.parseAsync(argv.length === 0 ? ["help"] : [...argv], { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) {
      return exitCodes.asExpected;
    }
    throw error;
  }
  return exitCode;
}

function buildProgram(
  act: (load: () => Promise<Action>) => (...args: unknown[]) => Promise<void>,
  words: { readonly cnis: string; readonly logs: string },
): Command {
  const program = new Command("./lab")
    .description("A Kubernetes networking bug lab: a real cluster from one command, a known CNI bug, and its fix.")
    .usage("COMMAND [STACK] [OPTIONS]")
    .helpCommand(false)
    .enablePositionalOptions()
    .addHelpText(
      "after",
      `\nSTACK is a lab's name (./lab list); default: ${defaultStack}.\nExit codes: 0 as expected, 1 not, 2 could not run, 130 interrupted.`,
    );
  const command = (name: string, summary: string) => program.command(name).description(summary);

  command("up", "create or update a stack, and check that it shows what it should")
    .addArgument(stackArgument())
    .option("--set <key=value>", "change a config value of the stack first; may be repeated", append)
    .addOption(deadlineFactor())
    .action(act(async () => (await import("./commands/up")).up));
  command("adopt", "make a stack of a cluster that is there: reads it, and changes nothing")
    .argument("<name>", "the stack's name")
    .requiredOption("--kubeconfig <file>", "an administrator's kubeconfig")
    .option("--context <context>", "a context of it (default: its current one)")
    .option("--ssh <target>", "how nodes are reached: as for ssh, %h is a node's address, %n its name")
    .option("--nodes <file>", "a list of the machines, for what --ssh can't say")
    .option("--image <image>", "of the pods through which nodes are reached without ssh (default: one that all have)")
    .action(act(async () => (await import("./commands/adopt")).adopt));
  command("check", "run a stack's checks again")
    .addArgument(stackArgument())
    .option("--lab <lab>", "take another lab's checks, on the nodes and the CNI of this stack")
    .addOption(
      new Option("--expect <state>", "the state to check for (default: the one of the stack's values)").choices([
        "symptom",
        "healthy",
      ]),
    )
    .addOption(deadlineFactor())
    .option("--json", "print the verdict as JSON")
    .option("--junit <file>", "also write the verdict as JUnit XML")
    .option("--list", "only list the checks")
    .option("--carry-images", "give nodes of a cluster of your own the probe's image where they lack it")
    .action(act(async () => (await import("./commands/check")).check));
  command("fix", "apply a lab's fix to its stack, and check that the bug is gone")
    .addArgument(stackArgument())
    .option("--lab <lab>", "take another lab's fix, on the nodes and the CNI of this stack")
    .addOption(deadlineFactor())
    .action(act(async () => (await import("./commands/mend")).fix));
  command("break", "apply a lab's bug to its stack, and check that it shows")
    .addArgument(stackArgument())
    .option("--lab <lab>", "take another lab's bug, on the nodes and the CNI of this stack")
    .addOption(deadlineFactor())
    .action(act(async () => (await import("./commands/mend")).breakIt));
  command("swap", "swap the CNI of a stack, and measure the outage that pods see")
    .argument("<stack>", "a lab's name")
    .argument("<cni>", words.cnis)
    .addOption(
      new Option(
        "--strategy <strategy>",
        "rolling: node by node; replace: the old CNI is removed before the new one is installed",
      )
        .choices(["rolling", "replace"])
        .default("rolling"),
    )
    .option(
      "--carry-images",
      "give nodes of a cluster of your own the images of the CNI and of the probe that they lack, out of this machine's",
    )
    .addOption(
      new Option("--meter-every <ms>", "ask less often than ten times a second, from slow nodes for instance")
        .default(leastEveryMs)
        .argParser(asPeriod),
    )
    .addOption(deadlineFactor())
    .action(act(async () => (await import("./commands/swap")).swap));
  command("down", "remove a stack, even a half-built or broken one, and verify that nothing is left")
    .addArgument(stackArgument())
    .option("--all", "remove all stacks")
    .option("--force", "also remove what another state or backend has made under this name; its owner is not told")
    .option("--keep-config", "keep what was set, swapped, fixed or broken: the next up uses it again")
    .action(act(async () => (await import("./commands/down")).down));
  command("status", "show nodes, pods, CNI and networks of a stack, or of all that are up")
    .argument("[stack]", "a lab's name")
    .option("--json", "print it as JSON")
    .action(act(async () => (await import("./commands/status")).status));
  command("list", "list the labs and their state").action(act(async () => (await import("./commands/list")).list));
  command("learn", "walk through a lab's lesson: commands, questions, hints, and a check of your own fix")
    .argument("<id>", "a lab's name")
    .option("--answers", "print all of it, answers included")
    .action(act(async () => (await import("./commands/learn")).learn));
  passThrough(command("kubectl", "run kubectl on a stack"))
    .addOption(stackOption())
    .argument("[args...]", "kubectl's own arguments")
    .action(act(async () => (await import("./commands/tools")).kubectl));
  passThrough(command("node", "run a command on a node, or a shell"))
    .addOption(stackOption())
    .argument("<node>", "a node's name, such as n1")
    .argument("[command...]", "the command and its arguments; none: a shell")
    .action(act(async () => (await import("./commands/tools")).node));
  command("dhcp", "show the leases of a stack's DHCP server, or its log")
    .addOption(stackOption())
    .argument("<what>", "leases or log")
    .action(act(async () => (await import("./commands/dhcp")).dhcp));
  command("logs", "show the last log lines of a part of a stack, from every node")
    .addOption(stackOption())
    .argument("<part>", `multus, dhcp, dhcp-server, ${words.logs}, kubelet, ...`)
    .argument("[node]", "only from this node")
    .action(act(async () => (await import("./commands/look")).logs));
  command("matrix", "compare the variants of a lab on each CNI, judged by checks")
    .addArgument(stackArgument())
    .action(act(async () => (await import("./commands/matrix")).matrix));
  command("compare", "compare two runs of checks: what differs, and the evidence of both")
    .addArgument(
      new Argument("[run]", `a stack: its latest run; or STACK@TIME, or a run's folder (default: ${defaultStack})`),
    )
    .addArgument(new Argument("[other]", "the run to compare with (default: the last earlier one with other values)"))
    .option("--json", "print the comparison as JSON")
    .action(act(async () => (await import("./commands/compare")).compare));
  command("path", "follow multicast from the application down to where its packets stop")
    .addArgument(stackArgument())
    .action(act(async () => (await import("./commands/path")).path));
  passThrough(command("capture", "run tcpdump on a node, until Ctrl-C"))
    .addOption(stackOption())
    .argument("<node>", "a node's name, such as n1")
    .argument("<iface>", "an interface of the node, such as eth1")
    .argument("[words...]", "tcpdump's own arguments, such as -c 10 udp port 67")
    .action(act(async () => (await import("./commands/look")).capturePackets));
  passThrough(command("pulumi", "run pulumi on a stack"))
    .addOption(stackOption())
    .argument("[args...]", "pulumi's own arguments")
    .action(act(async () => (await import("./commands/tools")).pulumi));
  command("env", 'print shell exports for plain pulumi and kubectl: eval "$(./lab env STACK)"')
    .addArgument(stackArgument())
    .action(act(async () => (await import("./commands/env")).env));
  command("doctor", "list what this machine is missing, and how to fix it").action(
    act(async () => (await import("./commands/doctor")).doctor),
  );
  command("bundle", "pack all that up needs into a file, for machines without a network")
    .argument("<file>", "where to; a file that is there is replaced")
    .option(
      "--debian <suite>",
      "have the packages of this Debian (default: of this machine's); may be repeated",
      append,
    )
    .action(act(async () => (await import("./commands/bundle")).bundle));
  command("unbundle", "take over what a bundle holds: nothing is fetched or built afterwards")
    .argument("<file>", "what ./lab bundle wrote")
    .action(act(async () => (await import("./commands/bundle")).unbundle));
  command("test", "run all tests of the lab")
    .option("--long", "run the long forms too")
    .action(act(async () => (await import("./commands/test")).test));
  command("purge", "remove caches and images").action(act(async () => (await import("./commands/purge")).purge));
  command("help", "show how a command is used")
    .argument("[command]", "a command's name")
    .action(act(async () => async (name: never) => help(program, name)));
  for (const each of [program, ...program.commands]) {
    refuseByName(each, program);
  }
  return program;
}

/** A command whose arguments belong to another program, from the first one that the lab does not know on. */
function passThrough(command: Command): Command {
  return command.passThroughOptions().allowUnknownOption().helpOption(false);
}

function help(program: Command, name: string | undefined): number {
  const names = program.commands.map((command) => command.name());
  const subject = name === undefined ? program : program.commands.find((command) => command.name() === name);
  if (subject === undefined) {
    throw new UserError([refusal("command", name ?? "", names)]);
  }
  subject.outputHelp();
  return exitCodes.asExpected;
}

/** Turns what commander finds wrong into a refusal that names what is allowed. */
function refuseByName(command: Command, program: Command): void {
  command.configureOutput({ outputError: () => undefined });
  command.exitOverride((error) => {
    if (error.exitCode === 0) {
      throw error;
    }
    const [first = "", second] = error.message
      .replace(/^error: /, "")
      .replace(/\.$/, "")
      .split("\n");
    const meant = second?.replace(/^\(Did you mean (?:one of )?(.*)\?\)$/, "did you mean $1?");
    const options = command.options.map((option) => option.long ?? option.flags);
    const allowed: Record<string, string> = {
      "commander.unknownOption": options.length === 0 ? "it takes none" : `allowed: ${options.join(", ")}`,
      "commander.unknownCommand": `must be one of: ${program.commands.map((each) => each.name()).join(", ")}`,
    };
    const usage = `see ./lab help${command === program ? "" : ` ${command.name()}`}`;
    const rule = [first, allowed[error.code]].filter((part) => part !== undefined).join("; ");
    throw new UserError([{ field: command === program ? "command" : command.name(), rule, fix: meant ?? usage }]);
  });
}

const deadlineFactor = () =>
  new Option(
    "--deadline-factor <factor>",
    "multiply every deadline of a check: 2 on a slow machine, 0 for a single try",
  )
    .default(1)
    .argParser(asFactor);

function asPeriod(value: string): number {
  const ms = Number(value);
  if (!Number.isInteger(ms) || ms < leastEveryMs || ms > mostEveryMs) {
    throw new InvalidArgumentError(`It must be a whole number, ${leastEveryMs} to ${mostEveryMs}.`);
  }
  return ms;
}

function asFactor(value: string): number {
  const factor = Number(value);
  if (value.trim() === "" || !Number.isFinite(factor) || factor < 0) {
    throw new InvalidArgumentError("It must be a number, 0 or more.");
  }
  return factor;
}

function append(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}
