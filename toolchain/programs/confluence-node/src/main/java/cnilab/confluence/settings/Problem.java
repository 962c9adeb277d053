package cnilab.confluence.settings;

/** A mistake in the configuration: the variable, what it was, what is allowed. */
public record Problem(String variable, String found, String allowed) {
    static Problem missing(String variable, String allowed) {
        return new Problem(variable, "not set", allowed);
    }

    static Problem wrong(String variable, String value, String allowed) {
        return new Problem(variable, '"' + value + '"', allowed);
    }

    /** For a value that nobody may read in a log. */
    static Problem wrongSecret(String variable, String allowed) {
        return new Problem(variable, "set to something else (not shown)", allowed);
    }

    @Override
    public String toString() {
        return variable + " is " + found + "; allowed: " + allowed;
    }
}
