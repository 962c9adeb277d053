package cnilab.confluence.safety;

import java.util.OptionalInt;

/** The cache of a node that is stand-alone. */
public final class LocalSafetyCache implements SafetyCache {
    private OptionalInt number = OptionalInt.empty();
    private String modifier = "";

    @Override
    public synchronized OptionalInt number() {
        return number;
    }

    @Override
    public synchronized String modifier() {
        return modifier;
    }

    @Override
    public synchronized void write(int newNumber, String newModifier) {
        number = OptionalInt.of(newNumber);
        modifier = newModifier;
    }
}
