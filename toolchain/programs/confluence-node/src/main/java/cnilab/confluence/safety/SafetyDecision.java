package cnilab.confluence.safety;

import java.time.Duration;

/** The rules of the cluster safety job, without any input or output. */
public final class SafetyDecision {
    private SafetyDecision() {}

    /**
     * Decides what a run does.
     *
     * @param firstRun whether this process has neither stored nor seen a number in the cache before
     * @param missingFor for how long the cache has been without a number
     * @param timeToSurvive for how long that is borne
     */
    public static Action decide(Numbers numbers, boolean firstRun, Duration missingFor, Duration timeToSurvive) {
        if (numbers.cache().isPresent()) {
            if (numbers.database().isEmpty()) {
                return Action.REFILL;
            }
            return numbers.database().equals(numbers.cache()) ? Action.RENEW : Action.PANIC_DIFFERENT;
        }
        if (numbers.database().isEmpty()) {
            return Action.BEGIN;
        }
        if (firstRun) {
            return Action.ADOPT;
        }
        return missingFor.compareTo(timeToSurvive) < 0 ? Action.HOLD : Action.PANIC_ALONE;
    }
}
