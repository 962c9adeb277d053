package cnilab.confluence.settings;

/** The HTTP server; the context path is empty or begins with a slash and does not end with one. */
public record WebSettings(int port, String contextPath) {}
