package cnilab.confluence.safety;

import java.util.OptionalInt;

/** The safety number that all members of a cluster share, and who wrote it last. */
public interface SafetyCache {
    OptionalInt number();

    /** The node that wrote the number last; empty when there is none. */
    String modifier();

    void write(int number, String modifier);
}
