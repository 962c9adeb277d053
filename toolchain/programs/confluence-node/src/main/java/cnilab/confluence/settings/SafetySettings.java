package cnilab.confluence.settings;

import java.time.Duration;

/** What the real product has fixed about the safety job, here to be set. */
public record SafetySettings(Duration interval, Duration timeToSurvive, boolean legacyPanicWrite) {}
