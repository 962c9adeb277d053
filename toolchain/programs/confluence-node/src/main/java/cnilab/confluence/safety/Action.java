package cnilab.confluence.safety;

/** What a run of the safety job does. */
public enum Action {
    /** Nobody has a number yet: a first one is stored in both places. */
    BEGIN(true),
    /** A node that has just started takes the database over: this is what makes the newcomer win. */
    ADOPT(true),
    /** The database lost its number: a new one is stored in both places. */
    REFILL(true),
    /** Both agree: a new number is stored in both places. */
    RENEW(true),
    /** The cache lost its number, as after a split: wait for the other members. */
    HOLD(false),
    /** The cache lost its number and nobody came back. */
    PANIC_ALONE(false),
    /** Somebody outside of this cluster writes to the database. */
    PANIC_DIFFERENT(false);

    private final boolean stores;

    Action(boolean stores) {
        this.stores = stores;
    }

    /** Whether a new number is stored. */
    public boolean stores() {
        return stores;
    }

    /** Whether the node stops its work. */
    public boolean panics() {
        return this == PANIC_ALONE || this == PANIC_DIFFERENT;
    }
}
