package cnilab.confluence.database;

import cnilab.confluence.safety.SafetyTable;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.OptionalInt;

/**
 * The product's table {@code clustersafety}, one row. Neither locks nor a transaction over read and write: they would
 * hide the race between two clusters that the job is there to find.
 */
public final class ClusterSafetyTable implements SafetyTable {
    private static final int ID = 1;

    private final DatabaseConnection database;

    public ClusterSafetyTable(DatabaseConnection database) {
        this.database = database;
    }

    /** Creates the table where it is absent. */
    public void create() throws SQLException {
        try (Statement statement = database.get().createStatement()) {
            // Two nodes that create it at once: one of them fails, and finds it at its next try.
            statement.execute("create table if not exists clustersafety"
                    + " (clustersafetyid bigint not null primary key, safetynumber integer)");
        }
    }

    @Override
    public OptionalInt read() throws SQLException {
        try (Statement statement = database.get().createStatement();
                ResultSet rows = statement.executeQuery("select safetynumber from clustersafety")) {
            if (!rows.next()) {
                return OptionalInt.empty();
            }
            int number = rows.getInt(1);
            boolean isNull = rows.wasNull();
            if (rows.next()) {
                throw new SQLException("table clustersafety has more than one row; allowed: one. Delete all but one");
            }
            return isNull ? OptionalInt.empty() : OptionalInt.of(number);
        }
    }

    @Override
    public void write(int number) throws SQLException {
        if (execute("update clustersafety set safetynumber = ?", number) == 0) {
            execute("insert into clustersafety (clustersafetyid, safetynumber) values (" + ID + ", ?)", number);
        }
    }

    private int execute(String sql, int number) throws SQLException {
        try (PreparedStatement statement = database.get().prepareStatement(sql)) {
            statement.setInt(1, number);
            return statement.executeUpdate();
        }
    }
}
