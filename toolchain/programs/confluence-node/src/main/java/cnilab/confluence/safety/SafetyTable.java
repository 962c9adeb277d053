package cnilab.confluence.safety;

import java.sql.SQLException;
import java.util.OptionalInt;

/** The safety number in the database. */
public interface SafetyTable {
    OptionalInt read() throws SQLException;

    void write(int number) throws SQLException;
}
