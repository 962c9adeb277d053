package cnilab.confluence.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

class LineFormatterTest {
    private final LineFormatter formatter = new LineFormatter(ZoneOffset.UTC);

    @Test
    void aLineHasTheProductsShape() throws InterruptedException {
        String[] line = new String[1];
        Thread job = new Thread(
                () -> line[0] = formatter.format(
                        entry(Level.SEVERE, "com.atlassian.confluence.cluster.safety.ClusterPanicListener", "onEvent")),
                "Caesium-1-4");
        job.start();
        job.join();
        assertEquals(
                "2019-11-01 00:00:50,836 ERROR [Caesium-1-4] [confluence.cluster.safety.ClusterPanicListener]"
                        + " onEvent {0} text\n",
                line[0]);
    }

    @Test
    void withoutAMethodThereIsNoGap() {
        assertTrue(formatter.format(entry(Level.WARNING, "short", null)).endsWith(" WARN [main] [short] {0} text\n"));
    }

    @Test
    void levels() {
        assertTrue(formatter.format(entry(Level.INFO, "a", "m")).contains(" INFO [main] [a] m "));
        assertTrue(formatter.format(entry(Level.FINE, "a", "m")).contains(" DEBUG [main] [a] m "));
    }

    @Test
    void anErrorsTraceFollows() {
        LogRecord entry = entry(Level.WARNING, "a", "m");
        entry.setThrown(new IllegalStateException("broken"));
        assertTrue(formatter.format(entry).contains("text\njava.lang.IllegalStateException: broken\n\tat "));
    }

    private static LogRecord entry(Level level, String logger, String method) {
        LogRecord entry = new LogRecord(level, "{0} text");
        entry.setInstant(Instant.parse("2019-11-01T00:00:50.836Z"));
        entry.setLoggerName(logger);
        entry.setSourceMethodName(method);
        return entry;
    }
}
