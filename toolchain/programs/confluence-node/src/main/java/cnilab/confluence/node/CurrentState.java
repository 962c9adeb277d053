package cnilab.confluence.node;

import java.util.concurrent.atomic.AtomicReference;

/** The state a node is in; changes that come too late are without effect. */
public final class CurrentState {
    private final AtomicReference<State> state = new AtomicReference<>(State.STARTING);

    public State get() {
        return state.get();
    }

    /** Goes to the next state if that may follow; says whether it did. */
    boolean become(State next) {
        State before = state.getAndUpdate(current -> current.mayBecome(next) ? next : current);
        return before.mayBecome(next);
    }
}
