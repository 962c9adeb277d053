package cnilab.confluence.node;

import cnilab.confluence.safety.SafetyRun;
import java.util.List;
import java.util.Optional;

/** A node as its pages show it; a problem is what it stopped for. */
public record NodeView(
        State state,
        String nodeName,
        List<String> members,
        boolean isOldest,
        boolean hasPanicked,
        Optional<SafetyRun> lastRun,
        Optional<String> problem) {}
