package cnilab.confluence.database;

import cnilab.confluence.settings.DatabaseSettings;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;

/** The one connection of a node; opened when it is asked for, and again after it broke. */
public final class DatabaseConnection implements AutoCloseable {
    private static final int VALID_SECONDS = 2;

    private final DatabaseSettings settings;
    private Connection connection;

    public DatabaseConnection(DatabaseSettings settings) {
        this.settings = settings;
    }

    /** A connection that works, in auto-commit mode. */
    synchronized Connection get() throws SQLException {
        if (connection != null && !connection.isValid(VALID_SECONDS)) {
            close();
        }
        if (connection == null) {
            connection = DriverManager.getConnection(settings.url(), properties());
        }
        return connection;
    }

    private Properties properties() {
        Properties properties = new Properties();
        properties.setProperty("user", settings.user());
        properties.setProperty("password", settings.password());
        properties.setProperty("ApplicationName", "confluence-node");
        // A database that is cut off must not hold the safety job for ever. Those of the URL take precedence.
        properties.setProperty("connectTimeout", "5");
        properties.setProperty("socketTimeout", "10");
        return properties;
    }

    @Override
    public synchronized void close() {
        Connection old = connection;
        connection = null;
        if (old != null) {
            try {
                old.close();
            } catch (SQLException broken) {
                // It was to be thrown away.
            }
        }
    }
}
