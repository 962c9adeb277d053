package cnilab.confluence.cluster;

import cnilab.confluence.log.Log;
import cnilab.confluence.safety.SafetyCache;
import cnilab.confluence.settings.ClusterSettings;
import cnilab.confluence.settings.Join;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.Member;
import java.util.List;

/** A cluster of real Hazelcast members. */
public final class HazelcastCluster implements NodeCluster {
    private static final Log LOG = Log.of("confluence.cluster.hazelcast.HazelcastClusterManager");

    private final HazelcastInstance hazelcast;
    private final SafetyCache cache;
    private final String self;

    private HazelcastCluster(HazelcastInstance hazelcast) {
        this.hazelcast = hazelcast;
        cache = new HazelcastSafetyCache(hazelcast);
        Member member = hazelcast.getCluster().getLocalMember();
        self = "/" + member.getAddress().getHost() + ":" + member.getAddress().getPort();
    }

    /** Finds the cluster and joins it, or begins one of its own: Hazelcast says nothing of having found nobody. */
    public static HazelcastCluster join(ClusterSettings settings, String address) {
        if (settings.join() instanceof Join.TcpIp peers && !peers.include(address)) {
            LOG.warn("join", "None of ATL_CLUSTER_PEERS is known as this node, " + address + ". If one of them is the"
                    + " address of a Service that leads here, give the Service this pod's name: Hazelcast would wait"
                    + " for an answer of its own");
        }
        HazelcastInstance hazelcast = Hazelcast.newHazelcastInstance(HazelcastConfig.of(settings, address));
        MembershipLog.follow(hazelcast.getCluster());
        return new HazelcastCluster(hazelcast);
    }

    @Override
    public boolean isOldest() {
        // The members' order is that of their coming.
        return hazelcast.getCluster().getMembers().iterator().next().localMember();
    }

    @Override
    public String self() {
        return self;
    }

    @Override
    public String safetyManager() {
        return "confluence.cluster.hazelcast.HazelcastClusterSafetyManager";
    }

    @Override
    public List<String> members() {
        return hazelcast.getLifecycleService().isRunning() ? MembershipLog.names(hazelcast.getCluster()) : List.of();
    }

    @Override
    public SafetyCache cache() {
        return cache;
    }

    @Override
    public void leave() {
        hazelcast.getLifecycleService().shutdown();
    }

    @Override
    public void terminate() {
        hazelcast.getLifecycleService().terminate();
    }
}
