package cnilab.confluence.cluster;

import cnilab.confluence.settings.ClusterSettings;
import cnilab.confluence.settings.Problem;
import cnilab.confluence.settings.SettingsException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The address under which a node is a member: that of the interface asked for, else the pod's, else eth0's. */
public final class OwnAddress {
    private static final String POD_INTERFACE = "eth0";

    private OwnAddress() {}

    /**
     * Chooses the address.
     *
     * @param interfaces the IPv4 addresses of each of the machine's interfaces
     * @throws SettingsException when what is asked for is not there
     */
    public static String choose(ClusterSettings settings, Map<String, List<String>> interfaces)
            throws SettingsException {
        if (settings.interfaceName().isPresent()) {
            return ofInterface(settings.interfaceName().get(), interfaces);
        }
        Optional<String> pod = settings.podAddress();
        if (pod.isPresent()) {
            boolean isOwn = interfaces.values().stream().anyMatch(addresses -> addresses.contains(pod.get()));
            return isOwn ? pod.get() : refuse("POD_IP", pod.get(), "an address of this node: " + interfaces);
        }
        return interfaces.getOrDefault(POD_INTERFACE, List.of()).stream()
                .findFirst()
                .or(() -> anyBut127(interfaces))
                .orElse("127.0.0.1");
    }

    private static String ofInterface(String name, Map<String, List<String>> interfaces) throws SettingsException {
        List<String> addresses = interfaces.getOrDefault(name, List.of());
        return addresses.isEmpty()
                ? refuse("ATL_CLUSTER_INTERFACE", name, "an interface with an IPv4 address, here: " + interfaces)
                : addresses.get(0);
    }

    private static Optional<String> anyBut127(Map<String, List<String>> interfaces) {
        return interfaces.values().stream()
                .flatMap(List::stream)
                .filter(address -> !address.startsWith("127."))
                .findFirst();
    }

    private static String refuse(String variable, String value, String allowed) throws SettingsException {
        throw new SettingsException(List.of(new Problem(variable, '"' + value + '"', allowed)));
    }
}
