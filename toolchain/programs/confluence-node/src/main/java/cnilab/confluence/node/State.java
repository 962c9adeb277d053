package cnilab.confluence.node;

/** What a node answers at /status. */
public enum State {
    STARTING(503),
    FIRST_RUN(200),
    RUNNING(200),
    ERROR(500),
    STOPPING(503);

    private final int httpCode;

    State(int httpCode) {
        this.httpCode = httpCode;
    }

    public int httpCode() {
        return httpCode;
    }

    /** Whether a node may go from this state to another: back from an error leads only the way out, from which there is none. */
    boolean mayBecome(State next) {
        return next.ordinal() > ordinal();
    }
}
