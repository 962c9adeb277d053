import { join } from "node:path";

/** Where Debian and Ubuntu put the JDK that builds; the machine's own choice of a Java may have no compiler. */
export const javaHome = "/usr/lib/jvm/java-17-openjdk-amd64";

/** Packages of Debian that a build takes of this machine, and what shows each: a program on PATH, or a path. */
export const buildPackages = {
  curl: "curl",
  mmdebstrap: "mmdebstrap",
  "debian-archive-keyring": "/usr/share/keyrings/debian-archive-keyring.gpg",
  "ca-certificates": "/etc/ssl/certs/ca-certificates.crt",
  gcc: "gcc",
  "libc6-dev": "/usr/include/stdlib.h",
  "libpcap-dev": "/usr/include/pcap/pcap.h",
  "openjdk-17-jdk-headless": join(javaHome, "bin", "javac"),
  python3: "python3",
  "python3-pip": "/usr/lib/python3/dist-packages/pip/__init__.py",
} as const;

/** The name of a package that a build takes. */
export type BuildPackage = keyof typeof buildPackages;
