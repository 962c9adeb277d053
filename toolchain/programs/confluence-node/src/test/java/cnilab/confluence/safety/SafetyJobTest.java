package cnilab.confluence.safety;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import cnilab.confluence.settings.SafetySettings;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class SafetyJobTest {
    private final Table table = new Table();
    private final SteppedClock clock = new SteppedClock();
    private final List<String> panics = new ArrayList<>();
    private int last = 100;

    private final Node older = new Node("/10.0.0.1:5801", false);

    @Test
    void aFirstNodeStoresInBothPlacesAndRenewsEachTime() throws SQLException {
        assertEquals(Optional.of(Action.BEGIN), older.job.run().action());
        assertEquals(List.of(101), table.written);
        assertEquals(OptionalInt.of(101), older.cache.number());
        assertEquals("/10.0.0.1:5801", older.cache.modifier());
        assertEquals(Optional.of(Action.RENEW), older.job.run().action());
        assertEquals(List.of(101, 102), table.written);
        assertEquals(OptionalInt.of(102), older.cache.number());
    }

    @Test
    void ofTwoIslandsTheOlderPanicsAndTheNewcomerGoesOn() throws SQLException {
        Node newer = new Node("/10.0.0.2:5801", false);
        older.job.run();
        assertEquals(Optional.of(Action.ADOPT), newer.job.run().action());
        assertEquals(Optional.of(Action.PANIC_DIFFERENT), older.job.run().action());
        assertEquals(Optional.of(Action.RENEW), newer.job.run().action());
        assertEquals(List.of("PANIC_DIFFERENT: database [102], cache [101]"), panics);
        assertEquals(List.of(101, 102, 103), table.written);
    }

    @Test
    void aPanicWritesOnlyWhereTheOldBehaviourIsAskedFor() throws SQLException {
        Node legacy = new Node("/10.0.0.1:5801", true);
        legacy.job.run();
        table.number = OptionalInt.of(-1);
        legacy.job.run();
        assertEquals(List.of(101, 102), table.written);
        assertEquals(OptionalInt.of(101), legacy.cache.number());
        assertEquals(1, panics.size());
    }

    @Test
    void aNodeWaitsForTheOthersWhenTheCacheIsLost() throws SQLException {
        older.job.run();
        older.cache = new LocalSafetyCache();
        assertEquals(Optional.of(Action.HOLD), older.job.run().action());
        clock.now = clock.now.plusSeconds(29);
        assertEquals(Optional.of(Action.HOLD), older.job.run().action());
        assertEquals(List.of(101), table.written);
        clock.now = clock.now.plusSeconds(1);
        assertEquals(Optional.of(Action.PANIC_ALONE), older.job.run().action());
        assertEquals(List.of("PANIC_ALONE: database [101], cache none"), panics);
    }

    @Test
    void theWaitBeginsAnewWhenTheCacheCameBack() throws SQLException {
        older.job.run();
        SafetyCache good = older.cache;
        older.cache = new LocalSafetyCache();
        older.job.run();
        older.cache = good;
        clock.now = clock.now.plusSeconds(20);
        assertEquals(Optional.of(Action.RENEW), older.job.run().action());
        older.cache = new LocalSafetyCache();
        clock.now = clock.now.plusSeconds(20);
        assertEquals(Optional.of(Action.HOLD), older.job.run().action());
    }

    @Test
    void aMemberThatIsNotTheOldestTouchesNothing() throws SQLException {
        older.oldest = false;
        SafetyRun run = older.job.run();
        assertEquals(Optional.empty(), run.action());
        assertEquals(List.of(), table.written);
        assertEquals(0, table.reads);
    }

    @Test
    void aMemberThatSawTheCacheFilledIsNoNewcomerWhenItBecomesTheOldest() throws SQLException {
        older.oldest = false;
        older.cache.write(5, "/10.0.0.9:5801");
        older.job.run();
        older.cache = new LocalSafetyCache();
        older.oldest = true;
        table.number = OptionalInt.of(5);
        assertEquals(Optional.of(Action.HOLD), older.job.run().action());
    }

    @Test
    void aMemberThatNeverSawTheCacheFilledIsANewcomer() throws SQLException {
        older.oldest = false;
        older.job.run();
        older.oldest = true;
        table.number = OptionalInt.of(5);
        assertEquals(Optional.of(Action.ADOPT), older.job.run().action());
    }

    @Test
    void withoutADatabaseTheCacheKeepsItsNumber() throws SQLException {
        older.job.run();
        table.broken = true;
        assertThrows(SQLException.class, older.job::run);
        assertEquals(OptionalInt.of(101), older.cache.number());
        table.broken = false;
        assertEquals(Optional.of(Action.RENEW), older.job.run().action());
        assertEquals(List.of(), panics);
    }

    @Test
    void aNumberThatTheDatabaseLostIsFilledIn() throws SQLException {
        older.job.run();
        table.number = OptionalInt.empty();
        assertEquals(Optional.of(Action.REFILL), older.job.run().action());
        assertEquals(table.number, older.cache.number());
    }

    /** A node of its own cluster. */
    private final class Node implements Membership {
        private final String self;
        private final SafetyJob job;
        private SafetyCache cache = new LocalSafetyCache();
        private boolean oldest = true;

        Node(String self, boolean legacyPanicWrite) {
            this.self = self;
            SafetyCache whicheverIsThere = new SafetyCache() {
                @Override
                public OptionalInt number() {
                    return cache.number();
                }

                @Override
                public String modifier() {
                    return cache.modifier();
                }

                @Override
                public void write(int number, String modifier) {
                    assertEquals(OptionalInt.of(number), table.number, "the database is written first");
                    cache.write(number, modifier);
                }
            };
            SafetyJob.Parts parts = new SafetyJob.Parts(
                    table, whicheverIsThere, this, (cause, numbers) -> panics.add(cause + ": " + numbers));
            SafetySettings settings =
                    new SafetySettings(Duration.ofSeconds(10), Duration.ofSeconds(30), legacyPanicWrite);
            job = new SafetyJob(parts, settings, () -> ++last, clock);
        }

        @Override
        public boolean isOldest() {
            return oldest;
        }

        @Override
        public String self() {
            return self;
        }

        @Override
        public String safetyManager() {
            return "test";
        }
    }

    private static final class Table implements SafetyTable {
        private final List<Integer> written = new ArrayList<>();
        private OptionalInt number = OptionalInt.empty();
        private boolean broken;
        private int reads;

        @Override
        public OptionalInt read() throws SQLException {
            reads++;
            if (broken) {
                throw new SQLException("cut off");
            }
            return number;
        }

        @Override
        public void write(int newNumber) {
            number = OptionalInt.of(newNumber);
            written.add(newNumber);
        }
    }

    private static final class SteppedClock extends Clock {
        private Instant now = Instant.EPOCH;

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
