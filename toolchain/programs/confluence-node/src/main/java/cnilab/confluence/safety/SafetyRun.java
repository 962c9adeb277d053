package cnilab.confluence.safety;

import java.time.Instant;
import java.util.Optional;

/** One run of the safety job; without an action on a node that is not the oldest. */
public record SafetyRun(Instant at, Numbers numbers, Optional<Action> action) {}
