/** Where Debian and Ubuntu put the JDK that builds; the machine's own choice of a Java may have no compiler. */
export const javaHome = "/usr/lib/jvm/java-17-openjdk-amd64";

/**
 * The environment of a Java program that builds: it writes into this folder what it would else leave in a temporary
 * folder of everybody, wherever the environment has its own.
 */
export function javaEnv(folder: string): Readonly<Record<string, string>> {
  return { JAVA_HOME: javaHome, JDK_JAVA_OPTIONS: `-XX:-UsePerfData "-Djava.io.tmpdir=${folder}"` };
}
