package cnilab.confluence.settings;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** How a node finds the others of its cluster: ATL_CLUSTER_TYPE and what belongs to it. */
public sealed interface Join {
    /** The members of the network that listen on a group's address answer. */
    record Multicast(String address, int port, int ttl, int timeoutSeconds) implements Join {}

    /**
     * Known addresses, each with a port or without one.
     *
     * @param ownAlias the one of them that leads to this node itself, though none of its interfaces has it
     */
    record TcpIp(List<String> peers, Optional<String> ownAlias) implements Join {
        /** Whether the node, which listens on the address, is one of them. */
        public boolean include(String address) {
            return ownAlias.isPresent() || peers.stream().anyMatch(peer -> peer.split(":")[0].equals(address));
        }
    }

    /** The addresses behind a Service, asked of Kubernetes. Without a port Hazelcast's plug-in takes its own, 5701. */
    record Kubernetes(String namespace, String service, OptionalInt port) implements Join {}
}
