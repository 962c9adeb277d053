package cnilab.confluence.settings;

/** Access to the database. */
public record DatabaseSettings(String url, String user, String password, int waitSeconds) {
    @Override
    public String toString() {
        return "DatabaseSettings[url=" + url + ", user=" + user + "]";
    }
}
