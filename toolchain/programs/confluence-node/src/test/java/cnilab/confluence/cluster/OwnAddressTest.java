package cnilab.confluence.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import cnilab.confluence.settings.ClusterSettings;
import cnilab.confluence.settings.Join;
import cnilab.confluence.settings.SettingsException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class OwnAddressTest {
    private static final Map<String, List<String>> POD = new TreeMap<>(Map.of(
            "eth0", List.of("10.244.1.4"), "lo", List.of("127.0.0.1"), "net1", List.of("172.28.5.9"), "net2", List.of()));

    @Test
    void thePodsOwnWithoutAWish() throws SettingsException {
        assertEquals("10.244.1.4", choose(null, null, POD));
        assertEquals("10.244.1.4", choose(null, "10.244.1.4", POD));
    }

    @Test
    void theInterfacesWhereOneIsNamed() throws SettingsException {
        assertEquals("172.28.5.9", choose("net1", "10.244.1.4", POD));
    }

    @Test
    void withoutEth0TheFirstThatOthersMayReach() throws SettingsException {
        assertEquals("192.0.2.1", choose(null, null, Map.of("lo", List.of("127.0.0.1"), "ens3", List.of("192.0.2.1"))));
        assertEquals("127.0.0.1", choose(null, null, Map.of("lo", List.of("127.0.0.1"))));
    }

    @Test
    void anInterfaceThatIsNotThereOrHasNoAddressIsRefused() {
        for (String name : List.of("net2", "net3")) {
            assertEquals(
                    "ATL_CLUSTER_INTERFACE is \"" + name + "\"; allowed: an interface with an IPv4 address, here: "
                            + "{eth0=[10.244.1.4], lo=[127.0.0.1], net1=[172.28.5.9], net2=[]}",
                    assertThrows(SettingsException.class, () -> choose(name, null, POD)).getMessage());
        }
    }

    @Test
    void anAddressOfAnotherMachineIsRefused() {
        assertEquals(
                "POD_IP is \"10.244.9.9\"; allowed: an address of this node: {eth0=[10.244.1.4]}",
                assertThrows(
                                SettingsException.class,
                                () -> choose(null, "10.244.9.9", Map.of("eth0", List.of("10.244.1.4"))))
                        .getMessage());
    }

    private static String choose(String interfaceName, String podAddress, Map<String, List<String>> interfaces)
            throws SettingsException {
        ClusterSettings settings = new ClusterSettings(
                "c",
                new Join.TcpIp(List.of("10.0.0.1"), Optional.empty()),
                5801,
                Optional.ofNullable(interfaceName),
                Optional.ofNullable(podAddress));
        return OwnAddress.choose(settings, interfaces);
    }
}
