package cnilab.confluence.cluster;

import cnilab.confluence.safety.Membership;
import cnilab.confluence.safety.SafetyCache;
import java.util.List;

/** The cluster that a node is a member of; one of its own when it is stand-alone. */
public interface NodeCluster extends Membership {
    /** All members, the oldest first, as {@code [ip]:port}. */
    List<String> members();

    SafetyCache cache();

    /** Leaves after its data is safe on the others. */
    void leave();

    /** Stops at once. */
    void terminate();
}
