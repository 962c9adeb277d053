package cnilab.confluence;

import cnilab.confluence.node.ConfluenceNode;

/** Runs when the process is told to end; a node that ends in order, and in time, ends with 0. */
final class Ending extends Thread {
    /** Within the 20 s that the product takes at most. */
    private static final long LIMIT_MS = 18_000;

    private final ConfluenceNode node;

    Ending(ConfluenceNode node) {
        super("stop");
        this.node = node;
    }

    @Override
    public void run() {
        Thread stopping = new Thread(node::stop, "stop");
        stopping.setDaemon(true);
        stopping.start();
        try {
            stopping.join(LIMIT_MS);
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
        }
        // After a signal Java's own code would be 143.
        Runtime.getRuntime().halt(stopping.isAlive() ? 1 : 0);
    }
}
