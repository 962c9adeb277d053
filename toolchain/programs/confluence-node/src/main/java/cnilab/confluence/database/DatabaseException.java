package cnilab.confluence.database;

import cnilab.confluence.settings.DatabaseSettings;
import java.sql.SQLException;

/** The database can't be used; the message says why and what to look at. */
public final class DatabaseException extends Exception {
    private static final long serialVersionUID = 1L;
    private static final String UNKNOWN_DATABASE = "3D000";
    private static final String WRONG_AUTHORIZATION = "28";

    DatabaseException(String message) {
        super(message);
    }

    /** Whether the database answers and says no: another try would have the same answer. */
    static boolean isRefusal(SQLException failure) {
        return UNKNOWN_DATABASE.equals(failure.getSQLState()) || isAuthorization(failure);
    }

    /** What is wrong, in one line, without the password. */
    public static String describe(DatabaseSettings settings, SQLException failure) {
        String problem = "Database " + settings.url() + " can't be used by " + settings.user() + ": "
                + messages(failure).replaceAll("\\s+", " ");
        return isAuthorization(failure) ? problem + ". See ATL_JDBC_USER and ATL_JDBC_PASSWORD" : problem;
    }

    /** The driver's message, and what it came from: of a name that is unknown only that tells. */
    private static String messages(SQLException failure) {
        Throwable cause = failure.getCause();
        return cause == null ? String.valueOf(failure.getMessage()) : failure.getMessage() + " (" + cause + ")";
    }

    private static boolean isAuthorization(SQLException failure) {
        return failure.getSQLState() != null && failure.getSQLState().startsWith(WRONG_AUTHORIZATION);
    }
}
