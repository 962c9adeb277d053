package cnilab.confluence.settings;

import java.util.Optional;

/** The cluster that a node is to be a member of, and where it listens for the others. */
public record ClusterSettings(
        String name, Join join, int port, Optional<String> interfaceName, Optional<String> podAddress) {
    /** Whether the port is open on the chosen address only. */
    public boolean listensOnOneAddress() {
        // A peer that is asked for by the address of a Service has another one, and refuses while it listens on all.
        return interfaceName.isPresent() || join instanceof Join.TcpIp;
    }
}
