package cnilab.confluence.settings;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** All that a node is told by its environment. Without a cluster it is stand-alone. */
public record Settings(
        String nodeName,
        Path home,
        Optional<Path> sharedHome,
        boolean logsToStdout,
        DatabaseSettings database,
        Optional<ClusterSettings> cluster,
        WebSettings web,
        SafetySettings safety,
        Duration startup,
        boolean firstRun) {}
