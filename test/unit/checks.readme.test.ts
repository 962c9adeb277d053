import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadLabs } from "../../labs";
import { versions } from "../../lib/versions";
import { commandOn, commandsOf, firstTable } from "../readme";

const labs = await loadLabs();

describe.each(labs.map((lab) => [lab.id, lab] as const))("the page of %s", (id, lab) => {
  const page = readFileSync(join(__dirname, "../../labs", id, "README.md"), "utf8");

  it("opens with the table, in step with the lab's data", () => {
    const table = firstTable(page);
    expect(Object.keys(table)).toEqual(["bug", "symptom", "cause", "fix", "minutes", "memory", "versions"]);
    expect(table.minutes).toBe(String(lab.minutes));
    expect(table.memory).toBe(`${lab.memoryMiB} MiB`);
    expect(page.indexOf("\n| ")).toBeLessThan(page.indexOf("\n## "));
  });

  it("names the versions that the lab builds", () => {
    const named = firstTable(page).versions ?? "";
    const known: Readonly<Record<string, string>> = {
      Kubernetes: versions.kubernetes,
      Flannel: versions.flannel,
      "Weave Net": versions.weave,
      Multus: versions.multus,
      "CNI plugins": versions.cniPlugins,
      CoreDNS: versions.coredns,
      etcd: versions.etcd,
    };
    for (const part of named.split(", ")) {
      const [, program, version] = /^(.+) (\S+)$/.exec(part) ?? [];
      expect([program, version]).toEqual([program, known[program ?? ""]]);
    }
  });

  it("says what to look at and why it works, with commands on this lab only", () => {
    expect([...page.matchAll(/^## (.*)$/gm)].map(([, title]) => title)).toEqual([
      "What to look at",
      "Why it works",
      "With plain Pulumi",
    ]);
    const commands = commandsOf(page);
    expect(commands.length).toBeGreaterThan(0);
    expect(commands.at(-1)?.command).toBe(`./lab down ${id}`);
    for (const { command } of commands) {
      expect(command).toMatch(
        new RegExp(
          `^\\./lab (up|check|fix|break|down|swap|status|matrix|path) ${id}\\b|^\\./lab (node|kubectl|dhcp|logs|capture) -s ${id} `,
        ),
      );
    }
  });

  it("has commands that a test can run on a stack of its own", () => {
    for (const { command } of commandsOf(page)) {
      const elsewhere = commandOn("test-elsewhere", command);
      expect(elsewhere).toMatch(/^\.\/lab (?:\S+|\S+ -s) test-elsewhere(?: |$)/);
    }
  });
});
