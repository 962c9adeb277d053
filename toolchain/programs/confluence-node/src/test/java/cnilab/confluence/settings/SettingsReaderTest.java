package cnilab.confluence.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsReaderTest {
    private static final Map<String, String> DATABASE = Map.of(
            "ATL_DB_TYPE", "postgresql",
            "ATL_JDBC_URL", "jdbc:postgresql://db:5432/confluence",
            "ATL_JDBC_USER", "confluence",
            "ATL_JDBC_PASSWORD", "s3cret");
    private static final Map<String, String> MULTICAST = Map.of(
            "ATL_CLUSTER_TYPE", "multicast",
            "ATL_CLUSTER_NAME", "c",
            "ATL_CLUSTER_ADDRESS", "230.0.0.1",
            "ATL_CLUSTER_TTL", "1");

    @Test
    void withTheDatabaseAloneANodeIsStandAloneAndHasTheProductsDefaults() throws SettingsException {
        Settings settings = read(Map.of());
        assertEquals(Optional.empty(), settings.cluster());
        assertEquals("host", settings.nodeName());
        assertEquals(Path.of("/var/atlassian/application-data/confluence"), settings.home());
        assertEquals(Optional.empty(), settings.sharedHome());
        assertFalse(settings.logsToStdout());
        assertEquals(new WebSettings(8090, ""), settings.web());
        assertEquals(
                new SafetySettings(Duration.ofSeconds(30), Duration.ofSeconds(30), false), settings.safety());
        assertEquals(Duration.ofSeconds(3), settings.startup());
        assertEquals(120, settings.database().waitSeconds());
    }

    @Test
    void multicast() throws SettingsException {
        ClusterSettings cluster = read(MULTICAST).cluster().orElseThrow();
        assertEquals(new Join.Multicast("230.0.0.1", 54327, 1, 5), cluster.join());
        assertEquals(5801, cluster.port());
        assertFalse(cluster.listensOnOneAddress());
    }

    @Test
    void addressesOfPeersMayHavePorts() throws SettingsException {
        Map<String, String> tcpIp =
                Map.of("ATL_CLUSTER_TYPE", "tcp_ip", "ATL_CLUSTER_NAME", "c", "ATL_CLUSTER_PEERS", "10.0.0.1, 10.0.0.2:5701");
        ClusterSettings cluster = read(tcpIp).cluster().orElseThrow();
        assertEquals(new Join.TcpIp(List.of("10.0.0.1", "10.0.0.2:5701"), Optional.empty()), cluster.join());
        assertEquals(true, cluster.listensOnOneAddress());
    }

    @Test
    void aPeerThatIsTheServiceOfThisPodIsItsAlias() throws SettingsException {
        Map<String, String> tcpIp = Map.of(
                "ATL_CLUSTER_TYPE", "tcp_ip",
                "ATL_CLUSTER_NAME", "c",
                "ATL_CLUSTER_PEERS", "10.96.0.7,10.96.0.8",
                "CONFLUENCE_0_SERVICE_HOST", "10.96.0.7",
                "CONFLUENCE_SERVICE_HOST", "10.96.0.8");
        assertEquals(Optional.of("10.96.0.7"), alias(tcpIp, "confluence-0"));
        assertEquals(Optional.empty(), alias(tcpIp, "confluence-1"));
        assertEquals(Optional.empty(), alias(with(tcpIp, "ATL_CLUSTER_PEERS", "10.96.0.8"), "confluence-0"));
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.1, , true", "10.0.0.2, , true", "10.0.0.3, , false", "10.0.0.3, 10.0.0.1, true"})
    void whetherANodeIsAmongItsPeers(String address, String alias, boolean expected) {
        Join.TcpIp tcpIp = new Join.TcpIp(List.of("10.0.0.1", "10.0.0.2:5701"), Optional.ofNullable(alias));
        assertEquals(expected, tcpIp.include(address));
    }

    @Test
    void kubernetesWithoutAPortLeavesItToHazelcast() throws SettingsException {
        Map<String, String> kubernetes = new HashMap<>(Map.of(
                "ATL_CLUSTER_TYPE", "kubernetes",
                "ATL_CLUSTER_NAME", "c",
                "KUBERNETES_NAMESPACE", "confluence",
                "HAZELCAST_KUBERNETES_SERVICE_NAME", "hazelcast"));
        assertEquals(
                new Join.Kubernetes("confluence", "hazelcast", OptionalInt.empty()),
                read(kubernetes).cluster().orElseThrow().join());
        kubernetes.put("HAZELCAST_KUBERNETES_SERVICE_PORT", "5801");
        assertEquals(
                new Join.Kubernetes("confluence", "hazelcast", OptionalInt.of(5801)),
                read(kubernetes).cluster().orElseThrow().join());
    }

    @Test
    void anInterfaceMeansOneAddress() throws SettingsException {
        ClusterSettings cluster = read(with(MULTICAST, "ATL_CLUSTER_INTERFACE", "net1")).cluster().orElseThrow();
        assertEquals(Optional.of("net1"), cluster.interfaceName());
        assertEquals(true, cluster.listensOnOneAddress());
    }

    @Test
    void aPortAmongTheArgumentsOfJava() throws SettingsException {
        String arguments = "-XX:ActiveProcessorCount=2  -Dconfluence.cluster.hazelcast.listenPort=5701 -Dx";
        assertEquals(
                5701,
                read(with(MULTICAST, "JVM_SUPPORT_RECOMMENDED_ARGS", arguments)).cluster().orElseThrow().port());
    }

    @ParameterizedTest
    @CsvSource({
        "'', '', host",
        "'', b, b",
        "-Dconfluence.clusterNodeName.useHostname=true, b, host",
        "-Dconfluence.clusterNodeName.useHostname=false, b, b",
        "-Dconfluence.cluster.node.name=a -Dconfluence.clusterNodeName.useHostname=true, b, a",
    })
    void nodeName(String arguments, String variable, String expected) throws SettingsException {
        Map<String, String> both =
                Map.of("JVM_SUPPORT_RECOMMENDED_ARGS", arguments, "ATL_CLUSTER_NODE_NAME", variable);
        assertEquals(expected, read(both).nodeName());
    }

    @ParameterizedTest(name = "{0}={1}: {2}")
    @CsvSource(delimiter = '|', value = {
        "ATL_CLUSTER_TYPE | unicast | ATL_CLUSTER_TYPE is \"unicast\"; allowed: multicast, tcp_ip, kubernetes, or not set: stand-alone",
        "ATL_CLUSTER_NAME | '' | ATL_CLUSTER_NAME is not set; allowed: the cluster's name, the same on each node",
        "ATL_CLUSTER_ADDRESS | '' | ATL_CLUSTER_ADDRESS is not set; allowed: a multicast address, 224.0.0.0 to 239.255.255.255",
        "ATL_CLUSTER_ADDRESS | 10.0.0.1 | ATL_CLUSTER_ADDRESS is \"10.0.0.1\"; allowed: a multicast address, 224.0.0.0 to 239.255.255.255",
        "ATL_CLUSTER_ADDRESS | 230.0.0 | ATL_CLUSTER_ADDRESS is \"230.0.0\"; allowed: a multicast address, 224.0.0.0 to 239.255.255.255",
        "ATL_CLUSTER_TTL | '' | ATL_CLUSTER_TTL is not set; allowed: a whole number from 0 to 255",
        "ATL_CLUSTER_TTL | 256 | ATL_CLUSTER_TTL is \"256\"; allowed: a whole number from 0 to 255",
        "ATL_CLUSTER_TTL | one | ATL_CLUSTER_TTL is \"one\"; allowed: a whole number from 0 to 255",
        "ATL_DB_TYPE | mysql | ATL_DB_TYPE is \"mysql\"; allowed: postgresql",
        "ATL_JDBC_URL | '' | ATL_JDBC_URL is not set; allowed: jdbc:postgresql://HOST[:PORT]/DATABASE",
        "ATL_JDBC_URL | jdbc:mysql://db/x | ATL_JDBC_URL is \"jdbc:mysql://db/x\"; allowed: jdbc:postgresql://HOST[:PORT]/DATABASE",
        "ATL_JDBC_URL | jdbc:postgresql://db/x?password=hush | ATL_JDBC_URL is set to something else (not shown); allowed: a URL without a password, which belongs into ATL_JDBC_PASSWORD",
        "ATL_JDBC_URL | jdbc:postgresql://me:hush@db/x | ATL_JDBC_URL is set to something else (not shown); allowed: a URL without a password, which belongs into ATL_JDBC_PASSWORD",
        "ATL_JDBC_USER | '' | ATL_JDBC_USER is not set; allowed: the database's user",
        "ATL_JDBC_PASSWORD | '' | ATL_JDBC_PASSWORD is not set; allowed: the password of the database's user",
        "ATL_TOMCAT_PORT | 0 | ATL_TOMCAT_PORT is \"0\"; allowed: a whole number from 1 to 65535",
        "ATL_TOMCAT_CONTEXTPATH | wiki | ATL_TOMCAT_CONTEXTPATH is \"wiki\"; allowed: a path that begins with / and does not end with it, such as /wiki",
        "ATL_PRODUCT_HOME_SHARED | shared | ATL_PRODUCT_HOME_SHARED is \"shared\"; allowed: an absolute path",
        "CONFLUENCE_LOG_STDOUT | yes | CONFLUENCE_LOG_STDOUT is \"yes\"; allowed: true or false",
        "POD_IP | fe80::1 | POD_IP is \"fe80::1\"; allowed: an IPv4 address of this node",
        "JVM_SUPPORT_RECOMMENDED_ARGS | -Dconfluence.cluster.hazelcast.listenPort=x | JVM_SUPPORT_RECOMMENDED_ARGS is \"-Dconfluence.cluster.hazelcast.listenPort=x\"; allowed: a port, a whole number from 1 to 65535, behind -Dconfluence.cluster.hazelcast.listenPort=",
        "SIM_SAFETY_INTERVAL_SECONDS | 0 | SIM_SAFETY_INTERVAL_SECONDS is \"0\"; allowed: a whole number from 1 to 3600",
    })
    void aMistakeIsNamedWithWhatItWasAndWhatIsAllowed(String name, String value, String expected) {
        assertEquals(List.of(expected), problems(with(MULTICAST, name, value)));
    }

    @Test
    void aMisspeltVariableOfTheStandInIsNamed() {
        assertEquals(
                List.of("SIM_INTERVAL is unknown; allowed: SIM_DATABASE_WAIT_SECONDS, SIM_FIRST_RUN,"
                        + " SIM_LEGACY_PANIC_WRITE, SIM_MULTICAST_PORT, SIM_MULTICAST_TIMEOUT_SECONDS,"
                        + " SIM_SAFETY_INTERVAL_SECONDS, SIM_STARTUP_SECONDS, SIM_TIME_TO_SURVIVE_SECONDS"),
                problems(Map.of("SIM_INTERVAL", "1")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "10.0.0.1,node-2",
        "10.0.0.1,",
        "10.0.0.1:99999",
    })
    void peersAreAddresses(String peers) {
        Map<String, String> tcpIp =
                Map.of("ATL_CLUSTER_TYPE", "tcp_ip", "ATL_CLUSTER_NAME", "c", "ATL_CLUSTER_PEERS", peers);
        assertEquals(
                List.of("ATL_CLUSTER_PEERS is \"" + peers + "\"; allowed: IPv4 addresses with commas between them,"
                        + " each with a port (10.0.0.1:5801) or without"),
                problems(tcpIp));
    }

    @Test
    void allMistakesAreToldTogether() {
        Map<String, String> kubernetes = Map.of("ATL_CLUSTER_TYPE", "kubernetes", "ATL_DB_TYPE", "");
        assertEquals(
                List.of("ATL_DB_TYPE", "KUBERNETES_NAMESPACE", "HAZELCAST_KUBERNETES_SERVICE_NAME", "ATL_CLUSTER_NAME"),
                failure(kubernetes).problems().stream().map(Problem::variable).toList());
    }

    @Test
    void whatTheProductAcceptsAndTheStandInDoesNotNeedIsLeftAlone() throws SettingsException {
        read(Map.of("ATL_LICENSE_KEY", "AAAB", "SET_PERMISSIONS", "false", "ATL_PROXY_NAME", "x", "UMASK", "0027"));
    }

    @Test
    void settingsDoNotShowThePassword() throws SettingsException {
        assertFalse(read(MULTICAST).toString().contains("s3cret"));
    }

    private static Optional<String> alias(Map<String, String> changes, String hostName) throws SettingsException {
        Map<String, String> all = new HashMap<>(DATABASE);
        all.putAll(changes);
        ClusterSettings cluster = SettingsReader.read(all, hostName).cluster().orElseThrow();
        return ((Join.TcpIp) cluster.join()).ownAlias();
    }

    private static Settings read(Map<String, String> changes) throws SettingsException {
        Map<String, String> all = new HashMap<>(DATABASE);
        all.putAll(changes);
        return SettingsReader.read(all, "host");
    }

    private static Map<String, String> with(Map<String, String> variables, String name, String value) {
        Map<String, String> all = new HashMap<>(variables);
        all.put(name, value);
        return all;
    }

    private static SettingsException failure(Map<String, String> changes) {
        return assertThrows(SettingsException.class, () -> read(changes));
    }

    private static List<String> problems(Map<String, String> changes) {
        return failure(changes).problems().stream().map(Problem::toString).toList();
    }
}
