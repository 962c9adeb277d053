import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { EvidenceFolder } from "../../checks/engine/evidence";
import { reportError } from "../../cli/report-error";
import { LineMasker, mask, masked } from "../../lib/mask";

const keys = [
  generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey.export({ type: "pkcs1", format: "pem" }),
  generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ type: "sec1", format: "pem" }),
  generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }),
].map(String);
const base64 = (text: string) => Buffer.from(text).toString("base64");
const certificate = "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUJ\n-----END CERTIFICATE-----\n";

/** The letters of a key that tell it. */
const inside = (pem: string) => pem.split("\n")[1] ?? "";

test.each(keys)("a private key is not shown, whichever way it is written: %#", (key) => {
  for (const text of [key, JSON.stringify({ key }), `client-key-data: ${base64(key)}`, `{"k":"${base64(key)}"}`]) {
    const shown = mask(`before ${text} behind`);
    expect(shown).toContain(masked);
    expect(shown).not.toContain(inside(key));
    expect(shown).not.toContain(base64(key).slice(20, 60));
    expect(shown).toMatch(/^before .* behind$/s);
  }
  expect(JSON.parse(mask(JSON.stringify({ key, n: 1 })))).toEqual({ key: `${masked}\n`, n: 1 });
});

test.each([
  ["password: Zm9vYmFyYmF6", "password: [secret]"],
  ['{"password": "Zm9vYmFyYmF6","n":1}', '{"password": "[secret]","n":1}'],
  [JSON.stringify({ stdout: '{"password":"Zm9vYmFyYmF6"}' }), JSON.stringify({ stdout: '{"password":"[secret]"}' })],
  ["POSTGRES_PASSWORD=Zm9vYmFyYmF6 psql", "POSTGRES_PASSWORD=[secret] psql"],
  ["PULUMI_CONFIG_PASSPHRASE='it is long'", "PULUMI_CONFIG_PASSPHRASE='it is long'"],
  ["PULUMI_CONFIG_PASSPHRASE=itislonger", "PULUMI_CONFIG_PASSPHRASE=[secret]"],
  ["kubeadm join --token abcdef.0123456789abcdef --x", "kubeadm join --token [secret] --x"],
  [`--certificate-key ${"0f".repeat(32)}`, "--certificate-key [secret]"],
  ["Bearer eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrIn0.c2ln-bmF0", "Bearer [secret]"],
])("%s", (text, shown) => expect(mask(text)).toBe(shown));

test.each([
  certificate,
  `certificate-authority-data: ${base64(certificate)}`,
  "PULUMI_CONFIG_PASSPHRASE_FILE=/root/.local/state/cni-lab/passphrase",
  "weavePassword=[secret] (lab: not set)",
  "automountServiceAccountToken: false",
  "serviceAccountToken:\n  expirationSeconds: 3607",
  "weavePassword: is a secret, which command lines and files would show",
  "a token that nobody knows, and a password that has expired",
  "probe-8br4b.18790b1bb0a7c0e1 Scheduled",
  "100000.1234567890123456 IP 10.244.0.3 > 10.244.1.4",
])("stays as it is: %s", (text) => expect(mask(text)).toBe(text));

test("what is masked once stays as it is", () => {
  const once = mask(`${keys.join("")}password: Zm9vYmFyYmF6 abcdef.0123456789abcdef`);
  expect(mask(once)).toBe(once);
});

test("a key that comes line by line is one line", () => {
  const masker = new LineMasker();
  const lines = `one\n${keys[0]}two\ntoken: abcdefghij\n`.split("\n").map((line) => masker.line(line));
  expect(lines.filter((line) => line !== undefined)).toEqual(["one", masked, "two", "token: [secret]", ""]);
});

test("evidence and the log of an error go through it, for their owner only", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "cni-lab-mask-"));
  vi.stubEnv("XDG_STATE_HOME", folder);
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });
  await new EvidenceFolder(path.join(folder, "run")).write("checks/x.json", JSON.stringify({ stdout: keys[0], n: 1 }));
  const said: string[] = [];
  reportError(new Error(`psql: password=Zm9vYmFyYmF6\n${keys[1]}`), (line) => said.push(line));
  for (const file of ["run/checks/x.json", "cni-lab/error.log"].map((name) => path.join(folder, name))) {
    expect(statSync(file).mode & 0o777).toBe(0o600);
    said.push(readFileSync(file, "utf8"));
  }
  expect(said.join()).not.toMatch(/Zm9v|PRIVATE KEY/);
  expect(said[0]).toMatch(/^lab: psql: password=\[secret\] \(unexpected; details in /);
  expect(said.join().match(/\[secret\]/g)).toHaveLength(4);
});

test("a long text takes no long time", () => {
  const text = "a".repeat(3_000_000);
  expect(mask(text)).toBe(text);
}, 2_000);
