package cnilab.confluence.settings;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;

/** Reads environment variables and collects all mistakes. An empty variable counts as one that is not set. */
final class Variables {
    private final Map<String, String> environment;
    private final List<Problem> problems = new ArrayList<>();

    Variables(Map<String, String> environment) {
        this.environment = environment;
    }

    List<Problem> problems() {
        return problems;
    }

    void refuse(Problem problem) {
        problems.add(problem);
    }

    Optional<String> text(String name) {
        return Optional.ofNullable(environment.get(name)).map(String::strip).filter(value -> !value.isEmpty());
    }

    /** The value as it is, spaces included; empty after a mistake. */
    String secret(String name, String allowed) {
        String value = environment.getOrDefault(name, "");
        if (value.isEmpty()) {
            refuse(Problem.missing(name, allowed));
        }
        return value;
    }

    /** The value; empty after a mistake. */
    String required(String name, String allowed, Predicate<String> isAllowed) {
        Optional<String> value = text(name);
        if (value.isEmpty()) {
            refuse(Problem.missing(name, allowed));
        } else if (!isAllowed.test(value.get())) {
            refuse(Problem.wrong(name, value.get(), allowed));
        }
        return value.orElse("");
    }

    /** The value, or the fallback; empty after a mistake. */
    String optional(String name, String fallback, String allowed, Predicate<String> isAllowed) {
        return text(name).isEmpty() ? fallback : required(name, allowed, isAllowed);
    }

    /** A whole number; the lowest one allowed after a mistake. */
    int number(String name, int lowest, int highest, OptionalInt fallback) {
        Optional<String> value = text(name);
        if (value.isEmpty() && fallback.isPresent()) {
            return fallback.getAsInt();
        }
        String allowed = "a whole number from " + lowest + " to " + highest;
        String valid = required(name, allowed, text -> within(text, lowest, highest));
        return within(valid, lowest, highest) ? Integer.parseInt(valid) : lowest;
    }

    boolean flag(String name, boolean fallback) {
        return Boolean.parseBoolean(optional(name, Boolean.toString(fallback), "true or false", Variables::isFlag));
    }

    private static boolean isFlag(String value) {
        return value.equalsIgnoreCase("true") || value.equalsIgnoreCase("false");
    }

    static boolean within(String text, int lowest, int highest) {
        try {
            int number = Integer.parseInt(text);
            return lowest <= number && number <= highest;
        } catch (NumberFormatException notANumber) {
            return false;
        }
    }
}
