package cnilab.confluence.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.logging.FileHandler;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.StreamHandler;

/** Where log lines go: the file in the home folder always, standard output where that is asked for. */
public final class Logs {
    private static final String FILE = "atlassian-confluence.log";
    private static final int FILE_LIMIT_BYTES = 10 << 20;

    /** Loggers must not be collected, or their level is lost. */
    private static final Logger ROOT = Logger.getLogger("");

    private static final Logger DRIVER = Logger.getLogger("org.postgresql");

    private Logs() {}

    /**
     * Opens the file and sets all loggers up.
     *
     * @throws IOException when the file can't be written, with its name in the message
     */
    public static void open(Path home, boolean toStdout) throws IOException {
        for (Handler handler : ROOT.getHandlers()) {
            ROOT.removeHandler(handler);
        }
        add(fileIn(home.resolve("logs")));
        if (toStdout) {
            add(new StdoutHandler());
        }
        ROOT.setLevel(Level.INFO);
        DRIVER.setLevel(Level.WARNING);
    }

    private static Handler fileIn(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        try {
            Files.createDirectories(folder);
            // A percent sign means something in the handler's patterns.
            return new FileHandler(file.toString().replace("%", "%%"), FILE_LIMIT_BYTES, 1, true);
        } catch (IOException failure) {
            throw new IOException("log file " + file + " (CONFLUENCE_HOME): " + failure, failure);
        }
    }

    private static void add(Handler handler) {
        handler.setLevel(Level.ALL);
        handler.setFormatter(new LineFormatter(ZoneId.systemDefault()));
        ROOT.addHandler(handler);
    }

    /** Java's ConsoleHandler writes to standard error, and its StreamHandler keeps lines back. */
    private static final class StdoutHandler extends StreamHandler {
        StdoutHandler() {
            setOutputStream(System.out);
        }

        @Override
        public synchronized void publish(LogRecord entry) {
            super.publish(entry);
            flush();
        }
    }
}
