package cnilab.confluence.node;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The node's scheduler; its thread has the name that the product's jobs run under. */
final class Schedule {
    /** A job waits for its database for no longer. */
    private static final long LONGEST_SECONDS = 10;

    private final ScheduledThreadPoolExecutor executor =
            new ScheduledThreadPoolExecutor(1, task -> new Thread(task, "Caesium-1-1"));

    /** Runs a job at once, and again each time the pause after its end is over. */
    void every(Duration pause, Runnable job) {
        executor.scheduleWithFixedDelay(job, 0, pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Runs nothing any more; the job that runs now may call it. */
    void cancel() {
        executor.shutdown();
    }

    /** Runs nothing any more and waits for a job: cut off between database and cache it would leave them different. */
    void finish() {
        executor.shutdown();
        try {
            executor.awaitTermination(LONGEST_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
        }
    }
}
