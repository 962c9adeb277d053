package cnilab.confluence.settings;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** From environment variables, the names as the real image has them, to settings. */
public final class SettingsReader {
    /** What only the stand-in has. */
    private static final List<String> OWN = List.of(
            "SIM_DATABASE_WAIT_SECONDS",
            "SIM_FIRST_RUN",
            "SIM_LEGACY_PANIC_WRITE",
            "SIM_MULTICAST_PORT",
            "SIM_MULTICAST_TIMEOUT_SECONDS",
            "SIM_SAFETY_INTERVAL_SECONDS",
            "SIM_STARTUP_SECONDS",
            "SIM_TIME_TO_SURVIVE_SECONDS");

    private static final String DEFAULT_HOME = "/var/atlassian/application-data/confluence";
    private static final Pattern CONTEXT_PATH = Pattern.compile("/|(/[^/?#\\s]+)+");
    private static final Pattern JDBC_PASSWORD = Pattern.compile("(?i)[?&]password=|//[^/?]*@");

    private final Map<String, String> environment;
    private final Variables variables;

    private SettingsReader(Map<String, String> environment) {
        this.environment = environment;
        this.variables = new Variables(environment);
    }

    /**
     * Reads the settings.
     *
     * @param hostName a node's name where nothing else names it
     * @throws SettingsException with every mistake
     */
    public static Settings read(Map<String, String> environment, String hostName) throws SettingsException {
        return new SettingsReader(environment).settings(hostName);
    }

    private Settings settings(String hostName) throws SettingsException {
        refuseUnknown();
        JvmArguments arguments = new JvmArguments(variables.text(JvmArguments.VARIABLE).orElse(""));
        Settings settings = new Settings(
                nodeName(arguments, hostName),
                Path.of(path("CONFLUENCE_HOME", DEFAULT_HOME)),
                Optional.of(path("ATL_PRODUCT_HOME_SHARED", "")).filter(path -> !path.isEmpty()).map(Path::of),
                variables.flag("CONFLUENCE_LOG_STDOUT", false),
                database(),
                new ClusterReader(variables, arguments, hostName).read(),
                new WebSettings(variables.number("ATL_TOMCAT_PORT", 1, 65535, OptionalInt.of(8090)), contextPath()),
                new SafetySettings(
                        seconds("SIM_SAFETY_INTERVAL_SECONDS", 1, 30),
                        seconds("SIM_TIME_TO_SURVIVE_SECONDS", 0, 30),
                        variables.flag("SIM_LEGACY_PANIC_WRITE", false)),
                seconds("SIM_STARTUP_SECONDS", 0, 3),
                variables.flag("SIM_FIRST_RUN", false));
        if (!variables.problems().isEmpty()) {
            throw new SettingsException(variables.problems());
        }
        return settings;
    }

    /** A misspelt name would silently mean the default. */
    private void refuseUnknown() {
        for (String name : new TreeSet<>(environment.keySet())) {
            if (name.startsWith("SIM_") && !OWN.contains(name)) {
                variables.refuse(new Problem(name, "unknown", String.join(", ", OWN)));
            }
        }
    }

    private String nodeName(JvmArguments arguments, String hostName) {
        return arguments
                .property("confluence.cluster.node.name")
                .or(() -> arguments
                        .property("confluence.clusterNodeName.useHostname")
                        .filter("true"::equals)
                        .map(useHostName -> hostName))
                .or(() -> variables.text("ATL_CLUSTER_NODE_NAME"))
                .orElse(hostName);
    }

    private DatabaseSettings database() {
        variables.required("ATL_DB_TYPE", "postgresql", "postgresql"::equals);
        String url = variables.required("ATL_JDBC_URL", "jdbc:postgresql://HOST[:PORT]/DATABASE", text -> true);
        if (JDBC_PASSWORD.matcher(url).find()) {
            variables.refuse(Problem.wrongSecret(
                    "ATL_JDBC_URL", "a URL without a password, which belongs into ATL_JDBC_PASSWORD"));
        } else if (!url.isEmpty() && !url.startsWith("jdbc:postgresql://")) {
            variables.refuse(Problem.wrong("ATL_JDBC_URL", url, "jdbc:postgresql://HOST[:PORT]/DATABASE"));
        }
        return new DatabaseSettings(
                url,
                variables.required("ATL_JDBC_USER", "the database's user", text -> true),
                variables.secret("ATL_JDBC_PASSWORD", "the password of the database's user"),
                variables.number("SIM_DATABASE_WAIT_SECONDS", 0, 3600, OptionalInt.of(120)));
    }

    private String path(String name, String fallback) {
        return variables.optional(name, fallback, "an absolute path", text -> text.startsWith("/"));
    }

    private String contextPath() {
        String path = variables.optional(
                "ATL_TOMCAT_CONTEXTPATH",
                "",
                "a path that begins with / and does not end with it, such as /wiki",
                text -> CONTEXT_PATH.matcher(text).matches());
        return path.equals("/") ? "" : path;
    }

    private Duration seconds(String name, int lowest, int fallback) {
        return Duration.ofSeconds(variables.number(name, lowest, 3600, OptionalInt.of(fallback)));
    }
}
