package cnilab.confluence.cluster;

import cnilab.confluence.safety.SafetyCache;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.IMap;
import java.util.OptionalInt;

/** The number and its modifier in two maps of Hazelcast, each with a backup on another member. */
final class HazelcastSafetyCache implements SafetyCache {
    static final String NUMBER = "cluster-safety-number";
    static final String MODIFIER = "cluster-safety-modifier";
    private static final String KEY = "current";

    private final IMap<String, Integer> numbers;
    private final IMap<String, String> modifiers;

    HazelcastSafetyCache(HazelcastInstance hazelcast) {
        numbers = hazelcast.getMap(NUMBER);
        modifiers = hazelcast.getMap(MODIFIER);
    }

    @Override
    public OptionalInt number() {
        Integer number = numbers.get(KEY);
        return number == null ? OptionalInt.empty() : OptionalInt.of(number);
    }

    @Override
    public String modifier() {
        String modifier = modifiers.get(KEY);
        return modifier == null ? "" : modifier;
    }

    @Override
    public void write(int number, String modifier) {
        numbers.set(KEY, number);
        modifiers.set(KEY, modifier);
    }
}
