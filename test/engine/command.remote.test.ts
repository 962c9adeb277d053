import ssh2 from "ssh2";
import { afterAll, beforeAll, expect, it } from "vitest";
import { locateToolchain } from "../../toolchain";
import { SshServer } from "./ssh-server";
import { eventually, PulumiProject } from "./support";

const userKey = ssh2.utils.generateKeyPairSync("ed25519").private;
const proxyKey = ssh2.utils.generateKeyPairSync("ed25519").private;
/** A line of a key: it stands in a JSON text as it stands in the key. */
const bodyOf = (key: string) => key.split("\n")[2] ?? "";

const server = new SshServer();
let project: PulumiProject;
let port: number;
beforeAll(async () => {
  [project, port] = await Promise.all([PulumiProject.make(locateToolchain().binDir, ["command"]), server.listen()]);
});
afterAll(async () => {
  await project.dispose();
  await server.close();
});

/**
 * A resource on another machine, with its key as plain text: not by the class of the package, which hides it by itself,
 * as a program in YAML has no such class. Its first delete takes a minute, each later one no time.
 */
const program = (more = "") => `
  new pulumi.CustomResource("command:remote:Command", "far", {
    connection: {
      host: "127.0.0.1", port: ${port}, user: "root", privateKey: ${JSON.stringify(userKey)},
      hostKey: ${JSON.stringify(server.hostKey.public)}, dialErrorLimit: 0, ${more}
    },
    create: "echo made",
    delete: \`test -e \${__dirname}/begun || { touch \${__dirname}/begun; sleep 60; }\`,
    stdout: undefined, stderr: undefined,
  });`;
const proxy = () => `proxy: { host: "127.0.0.1", port: ${port}, privateKey: ${JSON.stringify(proxyKey)} }`;

it("a private key that was given as plain text is secret in the state, its backups and its export", async () => {
  await project.program(program());
  const made = await project.up();
  expect(made.exitCode, made.output).toBe(0);
  await project.program(program(proxy()));
  const changed = await project.preview("--diff");
  expect(changed.exitCode, changed.output).toBe(0);

  const exported = await project.run("stack", "export");
  const shown = await project.run("stack", "export", "--show-secrets");
  expect(shown.output).toContain(bodyOf(userKey));
  const seen = [made, changed, exported].map(({ output }) => output).concat(project.allStateText());
  for (const text of seen) {
    expect(text).not.toContain(bodyOf(userKey));
    expect(text).not.toContain(bodyOf(proxyKey));
  }
  expect(project.recorded("far")?.inputs.connection).toMatchObject({ ciphertext: expect.any(String) });
});

it("a connection that is lost during a delete keeps the resource, and the next one goes on, without a word of AcceptEnv", async () => {
  const destroying = project.destroy();
  await eventually("the delete command", () => project.file("begun"));
  server.cut();
  const lost = await destroying;
  expect(lost.exitCode).not.toBe(0);
  expect(lost.output).toMatch(/the connection was lost.*: running "test/);
  expect(project.recorded("far")).toBeDefined();

  const again = await project.destroy();
  expect(again.exitCode, again.output).toBe(0);
  expect(again.changes).toEqual({ delete: 2 });
  expect(project.recorded("far")).toBeUndefined();
  expect(lost.output + again.output).not.toMatch(/AcceptEnv|PULUMI_COMMAND_STDOUT|warning/i);
});
