package cnilab.confluence.safety;

import java.util.OptionalInt;

/** The safety number as the database and the cluster's cache have it. */
public record Numbers(OptionalInt database, OptionalInt cache) {
    @Override
    public String toString() {
        return "database " + text(database) + ", cache " + text(cache);
    }

    static String text(OptionalInt number) {
        return number.isPresent() ? "[" + number.getAsInt() + "]" : "none";
    }
}
