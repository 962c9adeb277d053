package cnilab.confluence.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnilab.confluence.settings.ClusterSettings;
import cnilab.confluence.settings.Join;
import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class HazelcastConfigTest {
    private static final Join MULTICAST = new Join.Multicast("230.0.0.1", 54328, 32, 7);

    @Test
    void multicastAndNothingElse() {
        Config config = config(MULTICAST, null);
        JoinConfig join = config.getNetworkConfig().getJoin();
        assertEquals(List.of(true, false, false), enabled(join));
        assertEquals("230.0.0.1", join.getMulticastConfig().getMulticastGroup());
        assertEquals(54328, join.getMulticastConfig().getMulticastPort());
        assertEquals(32, join.getMulticastConfig().getMulticastTimeToLive());
        assertEquals(7, join.getMulticastConfig().getMulticastTimeoutSeconds());
    }

    @Test
    void onePortAndTheClustersName() {
        Config config = config(MULTICAST, null);
        assertEquals(5801, config.getNetworkConfig().getPort());
        assertFalse(config.getNetworkConfig().isPortAutoIncrement());
        assertEquals("c", config.getGroupConfig().getName());
        assertEquals("10.0.0.9", config.getProperty("hazelcast.local.localAddress"));
    }

    @Test
    void oneAddressForAnInterfaceAndForPeers() {
        assertEquals("true", config(MULTICAST, null).getProperty("hazelcast.socket.bind.any"));
        assertEquals("false", config(MULTICAST, "net1").getProperty("hazelcast.socket.bind.any"));
        Join tcpIp = new Join.TcpIp(List.of("10.96.0.7"), Optional.empty());
        assertEquals("false", config(tcpIp, null).getProperty("hazelcast.socket.bind.any"));
    }

    @Test
    void peersAndNothingElse() {
        JoinConfig join = config(new Join.TcpIp(List.of("10.96.0.7", "10.96.0.8:5701"), Optional.empty()), null)
                .getNetworkConfig()
                .getJoin();
        assertEquals(List.of(false, true, false), enabled(join));
        assertEquals(List.of("10.96.0.7", "10.96.0.8:5701"), join.getTcpIpConfig().getMembers());
    }

    @Test
    void aServiceThatLeadsHereIsTheAddressThatOthersKnow() {
        Join withAlias = new Join.TcpIp(List.of("10.96.0.7", "10.96.0.8"), Optional.of("10.96.0.7"));
        Config config = config(withAlias, null);
        assertEquals("10.96.0.7", config.getNetworkConfig().getPublicAddress());
        assertEquals("10.0.0.9", config.getProperty("hazelcast.local.localAddress"));
        assertEquals("false", config.getProperty("hazelcast.socket.client.bind"));
        Config without = config(new Join.TcpIp(List.of("10.96.0.8"), Optional.empty()), null);
        assertEquals(null, without.getNetworkConfig().getPublicAddress());
        assertEquals(null, without.getProperty("hazelcast.socket.client.bind"));
    }

    @Test
    void kubernetesFindsPodsThatAreNotReady() {
        JoinConfig join = config(new Join.Kubernetes("n", "s", OptionalInt.of(5801)), null)
                .getNetworkConfig()
                .getJoin();
        assertEquals(List.of(false, false, true), enabled(join));
        assertEquals(
                Map.of(
                        "namespace", "n",
                        "service-name", "s",
                        "service-port", "5801",
                        "resolve-not-ready-addresses", "true"),
                join.getKubernetesConfig().getProperties());
        Join withoutPort = new Join.Kubernetes("n", "s", OptionalInt.empty());
        assertFalse(config(withoutPort, null)
                .getNetworkConfig()
                .getJoin()
                .getKubernetesConfig()
                .getProperties()
                .containsKey("service-port"));
    }

    @Test
    void bothMapsSurviveTheLossOfAMember() {
        Config config = config(MULTICAST, null);
        for (String map : List.of(HazelcastSafetyCache.NUMBER, HazelcastSafetyCache.MODIFIER)) {
            assertTrue(config.getMapConfigs().containsKey(map));
            assertEquals(1, config.getMapConfig(map).getBackupCount());
        }
    }

    private static List<Boolean> enabled(JoinConfig join) {
        return List.of(
                join.getMulticastConfig().isEnabled(),
                join.getTcpIpConfig().isEnabled(),
                join.getKubernetesConfig().isEnabled());
    }

    private static Config config(Join join, String interfaceName) {
        return HazelcastConfig.of(
                new ClusterSettings("c", join, 5801, Optional.ofNullable(interfaceName), Optional.empty()), "10.0.0.9");
    }
}
