package cnilab.confluence.safety;

import cnilab.confluence.log.Log;
import cnilab.confluence.settings.SafetySettings;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntSupplier;

/** Reads the numbers, decides, and does what was decided; on the oldest member of the node's cluster only. */
public final class SafetyJob {
    private static final String METHOD = "verify";

    /** What a run works on. */
    public record Parts(SafetyTable table, SafetyCache cache, Membership membership, PanicListener panic) {}

    private final Parts parts;
    private final SafetySettings settings;
    private final IntSupplier newNumber;
    private final Clock clock;
    private final Log log;
    private boolean firstRun = true;
    private Instant missingSince;

    public SafetyJob(Parts parts, SafetySettings settings, IntSupplier newNumber, Clock clock) {
        this.parts = parts;
        this.settings = settings;
        this.newNumber = newNumber;
        this.clock = clock;
        this.log = Log.of(parts.membership().safetyManager());
    }

    /**
     * Runs once.
     *
     * @throws SQLException when the database can't be used; the next run tries again
     */
    public SafetyRun run() throws SQLException {
        if (!parts.membership().isOldest()) {
            return watch();
        }
        Numbers numbers = new Numbers(parts.table().read(), parts.cache().number());
        Action action =
                SafetyDecision.decide(numbers, firstRun, missingFor(numbers.cache()), settings.timeToSurvive());
        tell(action, numbers);
        if (action.stores()) {
            int number = newNumber.getAsInt();
            parts.table().write(number);
            parts.cache().write(number, parts.membership().self());
            firstRun = false;
        } else if (action.panics()) {
            panic(action, numbers);
        }
        return new SafetyRun(clock.instant(), numbers, Optional.of(action));
    }

    /** A member that becomes the oldest later must not take the number for one that never was there. */
    private SafetyRun watch() {
        OptionalInt cached = parts.cache().number();
        firstRun = firstRun && cached.isEmpty();
        return new SafetyRun(clock.instant(), new Numbers(OptionalInt.empty(), cached), Optional.empty());
    }

    private Duration missingFor(OptionalInt cached) {
        if (cached.isPresent()) {
            missingSince = null;
            firstRun = false;
            return Duration.ZERO;
        }
        if (missingSince == null) {
            missingSince = clock.instant();
        }
        return Duration.between(missingSince, clock.instant());
    }

    private void tell(Action action, Numbers numbers) {
        switch (action) {
            case BEGIN, ADOPT -> log.info(METHOD, "First safety number of this node; before: " + numbers);
            case REFILL -> log.warn(METHOD, "The database has lost its safety number: " + numbers);
            case HOLD -> log.warn(METHOD, "The cache has lost its safety number: " + numbers
                    + ". Waiting up to " + settings.timeToSurvive().toSeconds() + " s for the other members");
            case PANIC_ALONE -> log.warn("onNumberIsMissing", "The cache has been without a safety number for too long: "
                    + numbers + ". Triggering panic on node [" + parts.membership().self() + "]");
            case PANIC_DIFFERENT -> log.warn("onNumbersAreDifferent", "Detected different number in database "
                    + Numbers.text(numbers.database()) + " and cache " + Numbers.text(numbers.cache())
                    + ". Cache number last set by [" + parts.cache().modifier() + "]. Triggering panic on node ["
                    + parts.membership().self() + "]");
            case RENEW -> { }
        }
    }

    private void panic(Action action, Numbers numbers) throws SQLException {
        if (settings.legacyPanicWrite()) {
            parts.table().write(newNumber.getAsInt());
        }
        parts.panic().onPanic(action, numbers);
    }
}
