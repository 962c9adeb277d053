package cnilab.confluence.log;

import java.util.logging.Level;
import java.util.logging.Logger;

/** A logger whose lines name the method, as the product's do. */
public final class Log {
    private final Logger logger;

    private Log(String name) {
        logger = Logger.getLogger(name);
    }

    /** A logger; of a long name the lines show the last four parts. */
    public static Log of(String name) {
        return new Log(name);
    }

    public void info(String method, String message) {
        write(Level.INFO, method, message);
    }

    public void warn(String method, String message) {
        write(Level.WARNING, method, message);
    }

    public void error(String method, String message) {
        write(Level.SEVERE, method, message);
    }

    private void write(Level level, String method, String message) {
        logger.logp(level, logger.getName(), method, message);
    }
}
