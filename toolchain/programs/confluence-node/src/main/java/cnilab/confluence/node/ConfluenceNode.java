package cnilab.confluence.node;

import cnilab.confluence.cluster.HazelcastCluster;
import cnilab.confluence.cluster.NodeCluster;
import cnilab.confluence.cluster.StandaloneCluster;
import cnilab.confluence.database.ClusterSafetyTable;
import cnilab.confluence.database.DatabaseConnection;
import cnilab.confluence.database.DatabaseException;
import cnilab.confluence.database.DatabaseWait;
import cnilab.confluence.log.Log;
import cnilab.confluence.safety.Action;
import cnilab.confluence.safety.Numbers;
import cnilab.confluence.safety.SafetyJob;
import cnilab.confluence.safety.SafetyRun;
import cnilab.confluence.settings.Settings;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** One node's life: it starts, runs the safety job, may panic, and stops when it is told to. */
public final class ConfluenceNode {
    private static final Log LOG = Log.of("confluence.node.ConfluenceNode");

    private final Settings settings;
    private final String address;
    private final DatabaseConnection database;
    private final CurrentState state = new CurrentState();
    private final Schedule schedule = new Schedule();
    private volatile NodeCluster cluster;
    private volatile SafetyRun lastRun;
    private volatile boolean hasPanicked;
    private volatile String problem;

    /** A node that is a member under an address of this machine. */
    public ConfluenceNode(Settings settings, String address) {
        this.settings = settings;
        this.address = address;
        this.database = new DatabaseConnection(settings.database());
    }

    /** Starts, and returns once the safety job is on its schedule or the node can't go on. */
    public void start() throws InterruptedException {
        try {
            ClusterSafetyTable table = new ClusterSafetyTable(database);
            DatabaseWait.await(settings.database(), table);
            Thread.sleep(settings.startup().toMillis());
            cluster = settings.cluster().isPresent()
                    ? HazelcastCluster.join(settings.cluster().get(), address)
                    : new StandaloneCluster(settings.nodeName());
            SafetyJob.Parts parts = new SafetyJob.Parts(table, cluster.cache(), cluster, this::panic);
            SecureRandom random = new SecureRandom();
            SafetyJob job = new SafetyJob(parts, settings.safety(), random::nextInt, Clock.systemUTC());
            schedule.every(settings.safety().interval(), () -> runSafety(job));
        } catch (DatabaseException | RuntimeException failure) {
            fail(String.valueOf(failure.getMessage()));
        }
    }

    private void runSafety(SafetyJob job) {
        try {
            lastRun = job.run();
            State started = settings.firstRun() ? State.FIRST_RUN : State.RUNNING;
            if (state.become(started)) {
                LOG.info("runSafety", "The node has started: " + started);
            }
        } catch (SQLException failure) {
            LOG.error("runSafety", DatabaseException.describe(settings.database(), failure)
                    + "; the safety job tries again in " + settings.safety().interval().toSeconds() + " s");
        } catch (RuntimeException failure) {
            LOG.error("runSafety", "The safety job failed: " + failure);
        }
    }

    private void fail(String message) {
        if (state.become(State.ERROR)) {
            problem = message;
            LOG.error("start", "The node can't start: " + message);
        }
    }

    /** Stops all work but the pages: what becomes of the node is decided by who looks at them. */
    private void panic(Action cause, Numbers numbers) {
        hasPanicked = true;
        problem = PanicLog.MESSAGE;
        state.become(State.ERROR);
        PanicLog.write(NodeId.of(settings.nodeName()), cluster.self(), numbers.toString());
        schedule.cancel();
        cluster.terminate();
        database.close();
    }

    /** The end of the set-up wizard. */
    public boolean finishSetup() {
        return state.get() == State.FIRST_RUN && state.become(State.RUNNING);
    }

    /** Leaves the cluster and the database in order; a node that is in none yet has nothing to put in order. */
    public void stop() {
        state.become(State.STOPPING);
        LOG.info("stop", "Stopping");
        schedule.finish();
        if (cluster != null) {
            cluster.leave();
        }
        database.close();
        LOG.info("stop", "Stopped");
    }

    /** The state alone: unlike all else it can be told at any moment, also while Hazelcast stops. */
    public State state() {
        return state.get();
    }

    public NodeView view() {
        NodeCluster now = cluster;
        List<String> members = now == null ? List.of() : now.members();
        return new NodeView(
                state.get(),
                settings.nodeName(),
                members,
                !members.isEmpty() && now.isOldest(),
                hasPanicked,
                Optional.ofNullable(lastRun),
                Optional.ofNullable(problem));
    }
}
