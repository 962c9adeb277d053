import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createSecureServer, type Http2SecureServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { locateToolchain } from "../../toolchain";
import { pulumiInstall } from "../../toolchain/plugins-choice";

let folder: string;
let archive: Buffer;
let vendor: Http2SecureServer;
const file = (name: string) => join(folder, name);

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "cni-lab-official-"));
  const plugin = "pulumi-resource-command";
  writeFileSync(file(plugin), "#!/bin/sh\n", { mode: 0o755 });
  execFileSync("tar", ["-C", folder, "-czf", file("archive.tar.gz"), plugin]);
  archive = readFileSync(file("archive.tar.gz"));
  const certificate = ["-subj", "/CN=vendor", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "1"];
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", file("key.pem")];
  execFileSync("openssl", ["req", "-x509", ...key, "-out", file("cert.pem"), ...certificate], { stdio: "pipe" });
  // HTTP/2, as the vendor's: over HTTP/1.1 Pulumi 3.200 leaves an answer's last bytes out of its sum, and refuses all.
  vendor = createSecureServer({ key: readFileSync(file("key.pem")), cert: readFileSync(file("cert.pem")) });
  vendor.on("stream", (stream) => {
    stream.respond({ ":status": 200, "content-length": archive.length });
    stream.end(archive);
  });
  await new Promise<void>((resolve) => vendor.listen(0, "127.0.0.1", resolve));
  const { port } = vendor.address() as AddressInfo;
  vi.stubEnv("PULUMI_PLUGIN_DOWNLOAD_URL_OVERRIDES", `.*=https://127.0.0.1:${port}`);
  vi.stubEnv("SSL_CERT_FILE", file("cert.pem"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  vendor.close();
  rmSync(folder, { recursive: true });
});

const install = (sha256: string | null) => {
  mkdirSync(file("home"));
  const pulumi = join(locateToolchain().binDir, "pulumi");
  const plugin = { name: "command", version: "1.2.3", sha256, deadlineMs: 60_000 };
  return pulumiInstall(pulumi, file("home"))(plugin, () => {});
};
const unpacked = () =>
  readdirSync(file("home"), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith("resource-command"));

test("an official plugin comes where its archive has the digest that is pinned", async () => {
  await install(createHash("sha256").update(archive).digest("hex"));
  expect(unpacked()).toEqual(["plugins/resource-command-v1.2.3/pulumi-resource-command"]);
});

test("an archive with another digest is refused, and nothing of it is unpacked", async () => {
  await expect(install("0".repeat(64))).rejects.toThrow(/invalid checksum, expected 0{64}, actual [0-9a-f]{64}/);
  expect(unpacked()).toEqual([]);
});
