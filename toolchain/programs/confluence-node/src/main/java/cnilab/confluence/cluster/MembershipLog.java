package cnilab.confluence.cluster;

import cnilab.confluence.log.Log;
import com.hazelcast.core.Cluster;
import com.hazelcast.core.Member;
import com.hazelcast.core.MembershipAdapter;
import com.hazelcast.core.MembershipEvent;
import java.util.List;

/** Writes a line, as the product does, whenever the cluster has other members than before. */
final class MembershipLog extends MembershipAdapter {
    private static final Log LOG = Log.of("cluster.hazelcast.monitoring.HazelcastMembershipListener");

    private final Cluster cluster;

    private MembershipLog(Cluster cluster) {
        this.cluster = cluster;
    }

    /** Writes the members of now and all changes. */
    static void follow(Cluster cluster) {
        MembershipLog log = new MembershipLog(cluster);
        cluster.addMembershipListener(log);
        log.members();
    }

    /** The members, the oldest first, as {@code [ip]:port}. */
    static List<String> names(Cluster cluster) {
        return cluster.getMembers().stream().map(MembershipLog::name).toList();
    }

    private static String name(Member member) {
        return "[" + member.getAddress().getHost() + "]:" + member.getAddress().getPort();
    }

    @Override
    public void memberAdded(MembershipEvent event) {
        LOG.info("memberAdded", "Member added: " + name(event.getMember()));
        members();
    }

    @Override
    public void memberRemoved(MembershipEvent event) {
        LOG.info("memberRemoved", "Member removed: " + name(event.getMember()));
        members();
    }

    private void members() {
        List<String> names = names(cluster);
        LOG.info("logClusterMembers", "Cluster now has " + names.size() + " members: " + names);
    }
}
