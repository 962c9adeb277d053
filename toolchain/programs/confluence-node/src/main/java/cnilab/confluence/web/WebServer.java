package cnilab.confluence.web;

import cnilab.confluence.node.ConfluenceNode;
import cnilab.confluence.settings.WebSettings;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The node's HTTP server. It is there before all else, and stays after a panic. */
public final class WebServer {
    private static final int THREADS = 2;

    private WebServer() {}

    /**
     * Listens from now on.
     *
     * @throws IOException when it can't, with the port in its message
     */
    public static void start(WebSettings settings, ConfluenceNode node) throws IOException {
        Pages pages = new Pages(node);
        HttpServer server = bind(settings.port());
        ExecutorService executor = Executors.newFixedThreadPool(THREADS, task -> {
            Thread thread = new Thread(task, "http-nio-" + settings.port());
            thread.setDaemon(true);
            return thread;
        });
        server.setExecutor(executor);
        server.createContext("/", exchange -> answer(exchange, pages, settings.contextPath()));
        server.start();
    }

    private static HttpServer bind(int port) throws IOException {
        try {
            return HttpServer.create(new InetSocketAddress(port), 0);
        } catch (IOException failure) {
            throw new IOException("port " + port + " (ATL_TOMCAT_PORT): " + failure.getMessage(), failure);
        }
    }

    private static void answer(HttpExchange exchange, Pages pages, String contextPath) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            boolean isInside = path.equals(contextPath) || path.startsWith(contextPath + "/");
            Answer answer = isInside
                    ? pages.answer(exchange.getRequestMethod(), path.substring(contextPath.length()))
                    : Answer.text(404, "No such page: all are below " + contextPath + "\n");
            byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", answer.type());
            exchange.sendResponseHeaders(answer.code(), body.length);
            exchange.getResponseBody().write(body);
        }
    }
}
