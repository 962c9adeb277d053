/** Where Debian and Ubuntu put the JDK that builds; the machine's own choice of a Java may have no compiler. */
export const javaHome = "/usr/lib/jvm/java-17-openjdk-amd64";
