package cnilab.confluence.node;

import cnilab.confluence.log.Log;

/** The lines of a cluster panic, in the product's order, under the names of its loggers; the second and third are imitations. */
final class PanicLog {
    /** What a person is shown, on the page and in the log. */
    static final String MESSAGE = "Clustered Confluence: Database is being updated by an instance which is not part of the"
            + " current cluster. Check the network connections between the nodes, multicast traffic above all.";

    private static final Log JOB_RUNNER = Log.of("impl.schedule.caesium.JobRunnerWrapper");
    private static final Log ANALYTICS = Log.of("analytics.client.listener.ProductEventListener");
    private static final Log LISTENER = Log.of("confluence.cluster.safety.ClusterPanicListener");

    private PanicLog() {}

    static void write(String nodeId, String self, String numbers) {
        String hash = Integer.toHexString((self + numbers).hashCode());
        JOB_RUNNER.error("runJob", "DEBUG DUMP: safety numbers: " + numbers + ". DEBUG DUMP END");
        ANALYTICS.warn("processEvent", "ClusterPanicAnalyticsEvent@" + hash);
        LISTENER.error(
                "onClusterPanicEvent",
                "Received a panic event, stopping processing on the node: [Origin node: " + nodeId + " listening on "
                        + self + "] " + MESSAGE);
        LISTENER.warn("onClusterPanicEvent", "HazelcastClusterInformation@" + hash);
        LISTENER.warn("onClusterPanicEvent", "Shutting down scheduler");
    }
}
