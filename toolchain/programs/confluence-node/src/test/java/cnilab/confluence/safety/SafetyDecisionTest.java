package cnilab.confluence.safety;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.OptionalInt;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetyDecisionTest {
    /** An empty cell is a number that is not there. */
    @ParameterizedTest(name = "database {0}, cache {1}, first run {2}, missing for {3} s: {4}")
    @CsvSource({
        " ,  , true,   0, BEGIN",
        " ,  , false,  0, BEGIN",
        " ,  , false, 99, BEGIN",
        "7,  , true,   0, ADOPT",
        "7,  , true,  99, ADOPT",
        "7,  , false,  0, HOLD",
        "7,  , false, 29, HOLD",
        "7,  , false, 30, PANIC_ALONE",
        "7,  , false, 31, PANIC_ALONE",
        " , 7, true,   0, REFILL",
        " , 7, false,  0, REFILL",
        "7, 7, true,   0, RENEW",
        "7, 7, false,  0, RENEW",
        "7, 8, true,   0, PANIC_DIFFERENT",
        "7, 8, false,  0, PANIC_DIFFERENT",
        "0, 0, false,  0, RENEW",
        "0, -1, false, 0, PANIC_DIFFERENT",
        "-2147483648, 2147483647, false, 0, PANIC_DIFFERENT",
    })
    void table(Integer database, Integer cache, boolean firstRun, int missingSeconds, Action expected) {
        Numbers numbers = new Numbers(number(database), number(cache));
        Duration missing = Duration.ofSeconds(missingSeconds);
        assertEquals(expected, SafetyDecision.decide(numbers, firstRun, missing, Duration.ofSeconds(30)));
    }

    @ParameterizedTest
    @CsvSource({
        "BEGIN, true, false",
        "ADOPT, true, false",
        "REFILL, true, false",
        "RENEW, true, false",
        "HOLD, false, false",
        "PANIC_ALONE, false, true",
        "PANIC_DIFFERENT, false, true",
    })
    void actionsStoreOrPanic(Action action, boolean stores, boolean panics) {
        assertEquals(stores, action.stores());
        assertEquals(panics, action.panics());
    }

    private static OptionalInt number(Integer number) {
        return number == null ? OptionalInt.empty() : OptionalInt.of(number);
    }
}
