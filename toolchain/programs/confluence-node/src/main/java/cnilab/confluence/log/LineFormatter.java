package cnilab.confluence.log;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;

/** Lines in the shape of the product's log: time, level, thread, logger, method, message. */
final class LineFormatter extends Formatter {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss,SSS");
    private static final int PARTS = 4;

    private final ZoneId zone;

    LineFormatter(ZoneId zone) {
        this.zone = zone;
    }

    @Override
    public String format(LogRecord entry) {
        StringBuilder line = new StringBuilder();
        line.append(TIME.format(entry.getInstant().atZone(zone)));
        line.append(' ').append(levelOf(entry.getLevel()));
        // Handlers run in the thread that logs.
        line.append(" [").append(Thread.currentThread().getName()).append(']');
        line.append(" [").append(lastParts(entry.getLoggerName())).append(']');
        if (entry.getSourceMethodName() != null) {
            line.append(' ').append(entry.getSourceMethodName());
        }
        line.append(' ').append(formatMessage(entry)).append('\n');
        if (entry.getThrown() != null) {
            StringWriter trace = new StringWriter();
            entry.getThrown().printStackTrace(new PrintWriter(trace));
            line.append(trace);
        }
        return line.toString();
    }

    private static String levelOf(Level level) {
        if (level.intValue() >= Level.SEVERE.intValue()) {
            return "ERROR";
        }
        if (level.intValue() >= Level.WARNING.intValue()) {
            return "WARN";
        }
        return level.intValue() >= Level.INFO.intValue() ? "INFO" : "DEBUG";
    }

    private static String lastParts(String name) {
        String[] parts = (name == null ? "" : name).split("\\.");
        int from = Math.max(0, parts.length - PARTS);
        return String.join(".", Arrays.copyOfRange(parts, from, parts.length));
    }
}
