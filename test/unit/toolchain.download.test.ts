import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { atMirror, type Download, fetchFile, NotFetched, type Patience } from "../../toolchain/download/fetch";

const content = Buffer.alloc(200_000, "vendor");
const sha256 = createHash("sha256").update(content).digest("hex");

let folder: string;
let server: Server;
let asked: IncomingMessage[];
let answer: (request: IncomingMessage, response: ServerResponse) => void;

/** A vendor on this machine, which gives each test the answers that it asks for. */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "cni-lab-download-"));
  asked = [];
  server = createServer((request, response) => {
    asked.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  for (const name of ["http_proxy", "CNI_LAB_MIRROR"]) vi.stubEnv(name, "");
});
afterEach(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

const at = (path: string) => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
const file = () => join(folder, "kept", "file");
const of = (url: string, hex = sha256): Download => ({ url, digest: { algorithm: "sha256", hex } });
const quick: Patience = { connect: 1, whole: 20, stalled: 1 };
const fetched = (url = at("/file"), hex = sha256, patience = quick) =>
  fetchFile(of(url, hex), { file: file(), say: () => {}, patience });
const reasonOf = (running: Promise<void>) =>
  running.then(
    () => undefined,
    (error: unknown) => (error instanceof NotFetched ? error : String(error)),
  );

/** Answers with the content, from where it is asked for. */
function give(request: IncomingMessage, response: ServerResponse): void {
  const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
  const headers = from === 0 ? {} : { "content-range": `bytes ${from}-${content.length - 1}/${content.length}` };
  response.writeHead(from === 0 ? 200 : 206, { "content-length": content.length - from, ...headers });
  response.end(content.subarray(from));
}

test("a file comes whole, and is asked for once", async () => {
  answer = give;
  await fetched();
  expect(readFileSync(file()).equals(content)).toBe(true);
  expect(asked).toHaveLength(1);
  expect(existsSync(`${file()}.part`)).toBe(false);
});

test("one that breaks off is gone on with from there", async () => {
  answer = (request, response) => {
    if (asked.length > 1) return give(request, response);
    response.writeHead(200, { "content-length": content.length });
    response.write(content.subarray(0, 100_000), () => response.destroy());
  };
  await fetched();
  expect(readFileSync(file()).equals(content)).toBe(true);
  expect(asked.map(({ headers }) => headers.range)).toEqual([undefined, "bytes=100000-"]);
});

test("one that a killed run has left is gone on with, and what was whole is not asked for", async () => {
  answer = give;
  await fetched();
  writeFileSync(`${file()}.part`, content.subarray(0, 50_000));
  rmSync(file());
  await fetched();
  expect(asked.at(-1)?.headers.range).toBe("bytes=50000-");
  writeFileSync(`${file()}.part`, content);
  rmSync(file());
  await fetched();
  expect(asked).toHaveLength(2);
  expect(readFileSync(file()).equals(content)).toBe(true);
});

test("a vendor who can't go on gives all of it again", async () => {
  answer = (_request, response) => {
    response.writeHead(200, { "content-length": content.length });
    response.end(content);
  };
  await fetched();
  rmSync(file());
  writeFileSync(`${file()}.part`, content.subarray(0, 50_000));
  await fetched();
  expect(readFileSync(file()).equals(content)).toBe(true);
});

test("another file than the pinned one is refused, and nothing of it stays", async () => {
  answer = give;
  expect(await reasonOf(fetched(at("/file"), "0".repeat(64)))).toMatchObject({
    why: `has another digest (sha256 ${sha256.slice(0, 16)}...)`,
    isHostDown: false,
  });
  expect(existsSync(file()) || existsSync(`${file()}.part`)).toBe(false);
});

test.each([
  ["404, at once", 404, 1],
  ["500, asked again", 500, 3],
])("a vendor without the file is named with his answer: %s", async (_, status, times) => {
  answer = (_request, response) => response.writeHead(status, { "retry-after": "0" }).end();
  expect(await reasonOf(fetched())).toMatchObject({ why: expect.stringContaining(String(status)), isHostDown: false });
  expect(asked).toHaveLength(times);
});

test("too many requests are asked again, after as long as the vendor says", async () => {
  answer = (request, response) =>
    asked.length > 1 ? give(request, response) : void response.writeHead(429, { "retry-after": "1" }).end();
  await fetched();
  expect(asked).toHaveLength(2);
});

test("a redirection is followed", async () => {
  answer = (request, response) =>
    request.url === "/there" ? give(request, response) : void response.writeHead(302, { location: "/there" }).end();
  await fetched();
  expect(readFileSync(file()).equals(content)).toBe(true);
});

test("a vendor who stalls is left", async () => {
  answer = ({ headers }, response) => {
    const isAnew = headers.range === undefined;
    response.writeHead(isAnew ? 200 : 206, { "content-length": content.length - (isAnew ? 0 : 4) });
    if (isAnew) response.write("slow");
    else response.flushHeaders();
  };
  const reason = await reasonOf(fetched(at("/file"), sha256, { ...quick, retries: 0 }));
  expect(reason).toMatchObject({ why: expect.stringMatching(/too slow|Operation/), isHostDown: false });
  expect(asked).toHaveLength(2);
});

test("a machine that is down is told from a file that is not there", async () => {
  const url = at("/file");
  await new Promise((resolve) => server.close(resolve));
  expect(await reasonOf(fetched(url))).toMatchObject({ isHostDown: true });
});

test("a mirror has the hosts as folders, and a proxy is asked in the vendor's place", async () => {
  expect(atMirror("https://dl.k8s.io/v1/file.tar.gz", "http://mirror/lab/")).toBe(
    "http://mirror/lab/dl.k8s.io/v1/file.tar.gz",
  );
  expect(atMirror("https://dl.k8s.io/file", "")).toBe("https://dl.k8s.io/file");
  answer = give;
  vi.stubEnv("CNI_LAB_MIRROR", at("/mirror"));
  await fetched("https://vendor.invalid/file");
  expect(asked.map(({ url }) => url)).toEqual(["/mirror/vendor.invalid/file"]);
  vi.stubEnv("CNI_LAB_MIRROR", "");
  vi.stubEnv("http_proxy", at(""));
  rmSync(file());
  await fetched("http://vendor.invalid/file");
  expect(asked.at(-1)?.url).toBe("http://vendor.invalid/file");
});
