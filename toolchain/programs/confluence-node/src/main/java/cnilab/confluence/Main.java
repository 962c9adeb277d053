package cnilab.confluence;

import cnilab.confluence.cluster.Interfaces;
import cnilab.confluence.cluster.OwnAddress;
import cnilab.confluence.log.LastingLogManager;
import cnilab.confluence.log.Logs;
import cnilab.confluence.node.ConfluenceNode;
import cnilab.confluence.settings.Settings;
import cnilab.confluence.settings.SettingsException;
import cnilab.confluence.settings.SettingsReader;
import cnilab.confluence.web.WebServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** The process: settings, log, pages, node; and its end. */
public final class Main {
    private static final int WRONG_SETTINGS = 2;
    private static final int CANNOT_RUN = 1;

    private Main() {}

    public static void main(String[] arguments) throws InterruptedException {
        // Before anything touches a logger.
        System.setProperty("java.util.logging.manager", LastingLogManager.class.getName());
        try {
            Settings settings = SettingsReader.read(System.getenv(), hostName());
            String address = settings.cluster().isPresent()
                    ? OwnAddress.choose(settings.cluster().get(), Interfaces.here())
                    : "";
            Logs.open(settings.home(), settings.logsToStdout());
            ConfluenceNode node = new ConfluenceNode(settings, address);
            WebServer.start(settings.web(), node);
            Runtime.getRuntime().addShutdownHook(new Ending(node));
            node.start();
        } catch (SettingsException wrong) {
            wrong.problems().forEach(problem -> System.err.println("confluence-node: " + problem));
            System.exit(WRONG_SETTINGS);
        } catch (IOException failure) {
            System.err.println("confluence-node: can't run: " + failure.getMessage());
            System.exit(CANNOT_RUN);
        }
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException nameless) {
            return "localhost";
        }
    }
}
