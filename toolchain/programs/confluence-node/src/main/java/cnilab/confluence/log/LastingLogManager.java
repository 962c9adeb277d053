package cnilab.confluence.log;

import java.util.logging.LogManager;

/** Java's own closes all handlers as soon as the process is told to end: what happens on the way out would be lost. */
public final class LastingLogManager extends LogManager {
    @Override
    public void reset() {}
}
