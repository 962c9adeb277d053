package cnilab.confluence.database;

import cnilab.confluence.log.Log;
import cnilab.confluence.settings.DatabaseSettings;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;

/** Waits at the node's start until the database can be used. */
public final class DatabaseWait {
    private static final Log LOG = Log.of("confluence.database.DatabaseWait");
    private static final String METHOD = "await";
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private DatabaseWait() {}

    /**
     * Returns once the table is there.
     *
     * @throws DatabaseException when the time is over, or at once when waiting can't help
     */
    public static void await(DatabaseSettings settings, ClusterSafetyTable table)
            throws DatabaseException, InterruptedException {
        Instant deadline = Instant.now().plusSeconds(settings.waitSeconds());
        String told = "";
        while (true) {
            try {
                table.create();
                return;
            } catch (SQLException failure) {
                String problem = DatabaseException.describe(settings, failure);
                if (DatabaseException.isRefusal(failure)) {
                    throw new DatabaseException(problem);
                }
                if (Instant.now().isAfter(deadline)) {
                    throw new DatabaseException("gave up after " + settings.waitSeconds() + " s: " + problem);
                }
                // One line for each thing that is wrong, not one for each try.
                if (!problem.equals(told)) {
                    LOG.warn(METHOD, problem + "; trying again every " + PAUSE.toSeconds() + " s");
                    told = problem;
                }
                Thread.sleep(PAUSE.toMillis());
            }
        }
    }
}
