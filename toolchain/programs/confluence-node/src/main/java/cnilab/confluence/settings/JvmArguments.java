package cnilab.confluence.settings;

import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** System properties in JVM_SUPPORT_RECOMMENDED_ARGS, by which the product is told what has no variable of its own. */
final class JvmArguments {
    static final String VARIABLE = "JVM_SUPPORT_RECOMMENDED_ARGS";

    private final Map<String, String> properties;

    JvmArguments(String arguments) {
        properties = Stream.of(arguments.split("\\s+"))
                .filter(argument -> argument.startsWith("-D"))
                .map(argument -> argument.substring(2).split("=", 2))
                .collect(Collectors.toMap(parts -> parts[0], parts -> parts.length > 1 ? parts[1] : "", (a, b) -> b));
    }

    Optional<String> property(String name) {
        return Optional.ofNullable(properties.get(name));
    }
}
