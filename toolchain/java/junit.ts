import type { Jar } from "./program";

/** JUnit with all that it needs and a command line: what runs the tests of Java programs. */
export const junit: Jar = {
  group: "org.junit.platform",
  name: "junit-platform-console-standalone",
  version: "1.11.4",
  sha256: "b016ef6b1c3454d6d7c2c88ce081dabf289699686af6622d6e4e2e1b54b4a2fc",
};
