package cnilab.confluence.settings;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** Reads the variables of the cluster. */
final class ClusterReader {
    private static final String TYPE = "ATL_CLUSTER_TYPE";
    private static final String LISTEN_PORT = "confluence.cluster.hazelcast.listenPort";
    private static final int CONFLUENCE_PORT = 5801;
    private static final int HAZELCAST_MULTICAST_PORT = 54327;

    private final Variables variables;
    private final JvmArguments arguments;
    private final String hostName;

    ClusterReader(Variables variables, JvmArguments arguments, String hostName) {
        this.variables = variables;
        this.arguments = arguments;
        this.hostName = hostName;
    }

    Optional<ClusterSettings> read() {
        return variables.text(TYPE).flatMap(this::join).map(join -> new ClusterSettings(
                variables.required("ATL_CLUSTER_NAME", "the cluster's name, the same on each node", name -> true),
                join,
                listenPort(),
                variables.text("ATL_CLUSTER_INTERFACE"),
                podAddress()));
    }

    private Optional<Join> join(String type) {
        switch (type) {
            case "multicast":
                return Optional.of(multicast());
            case "tcp_ip":
                return Optional.of(tcpIp());
            case "kubernetes":
                return Optional.of(kubernetes());
            default:
                variables.refuse(Problem.wrong(TYPE, type, "multicast, tcp_ip, kubernetes, or not set: stand-alone"));
                return Optional.empty();
        }
    }

    /** Both variables are needed: the real image writes them into its configuration without a default. */
    private Join multicast() {
        return new Join.Multicast(
                variables.required(
                        "ATL_CLUSTER_ADDRESS", "a multicast address, 224.0.0.0 to 239.255.255.255", Ipv4::isMulticast),
                variables.number("SIM_MULTICAST_PORT", 1, 65535, OptionalInt.of(HAZELCAST_MULTICAST_PORT)),
                variables.number("ATL_CLUSTER_TTL", 0, 255, OptionalInt.empty()),
                variables.number("SIM_MULTICAST_TIMEOUT_SECONDS", 1, 60, OptionalInt.of(5)));
    }

    private Join tcpIp() {
        String peers = variables.required(
                "ATL_CLUSTER_PEERS",
                "IPv4 addresses with commas between them, each with a port (10.0.0.1:5801) or without",
                text -> peersOf(text).stream().allMatch(Ipv4::isPeer) && !peersOf(text).isEmpty());
        return new Join.TcpIp(peersOf(peers), ownService().filter(peersOf(peers)::contains));
    }

    /** The address of the Service that has this pod's name: Kubernetes tells each pod those of all Services. */
    private Optional<String> ownService() {
        return variables.text(hostName.toUpperCase(Locale.ROOT).replace('-', '_') + "_SERVICE_HOST");
    }

    private static List<String> peersOf(String text) {
        return Stream.of(text.split(",", -1)).map(String::strip).toList();
    }

    private Join kubernetes() {
        String port = "HAZELCAST_KUBERNETES_SERVICE_PORT";
        return new Join.Kubernetes(
                variables.required("KUBERNETES_NAMESPACE", "the pod's namespace", text -> true),
                variables.required(
                        "HAZELCAST_KUBERNETES_SERVICE_NAME", "the Service of the cluster's pods", text -> true),
                variables.text(port).isEmpty()
                        ? OptionalInt.empty()
                        : OptionalInt.of(variables.number(port, 1, 65535, OptionalInt.empty())));
    }

    private int listenPort() {
        String port = arguments.property(LISTEN_PORT).orElse(Integer.toString(CONFLUENCE_PORT));
        if (!Variables.within(port, 1, 65535)) {
            variables.refuse(Problem.wrong(
                    JvmArguments.VARIABLE,
                    "-D" + LISTEN_PORT + "=" + port,
                    "a port, a whole number from 1 to 65535, behind -D" + LISTEN_PORT + "="));
            return CONFLUENCE_PORT;
        }
        return Integer.parseInt(port);
    }

    private Optional<String> podAddress() {
        String address = variables.optional("POD_IP", "", "an IPv4 address of this node", Ipv4::isAddress);
        return Optional.of(address).filter(text -> !text.isEmpty());
    }
}
