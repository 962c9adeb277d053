package cnilab.confluence.database;

import static org.junit.jupiter.api.Assertions.assertEquals;

import cnilab.confluence.settings.DatabaseSettings;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatabaseExceptionTest {
    @ParameterizedTest(name = "state {0} is an answer: {1}")
    @CsvSource({"28P01, true", "28000, true", "3D000, true", "08001, false", "57P03, false", ", false"})
    void anAnswerIsNotAskedForTwice(String state, boolean expected) {
        assertEquals(expected, DatabaseException.isRefusal(new SQLException("x", state)));
    }

    @Test
    void aWrongPasswordIsNamedByItsVariable() {
        DatabaseSettings settings = new DatabaseSettings("jdbc:postgresql://db/c", "me", "hush", 120);
        assertEquals(
                "Database jdbc:postgresql://db/c can't be used by me: FATAL: no entry. See ATL_JDBC_USER and"
                        + " ATL_JDBC_PASSWORD",
                DatabaseException.describe(settings, new SQLException("FATAL:\n  no entry", "28P01")));
        assertEquals(
                "Database jdbc:postgresql://db/c can't be used by me: refused",
                DatabaseException.describe(settings, new SQLException("refused", "08001")));
        assertEquals(
                "Database jdbc:postgresql://db/c can't be used by me: failed (java.net.UnknownHostException: db)",
                DatabaseException.describe(
                        settings, new SQLException("failed", "08001", new java.net.UnknownHostException("db"))));
    }
}
