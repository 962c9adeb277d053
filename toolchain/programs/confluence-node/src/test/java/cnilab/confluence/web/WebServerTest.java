package cnilab.confluence.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnilab.confluence.node.ConfluenceNode;
import cnilab.confluence.settings.Settings;
import cnilab.confluence.settings.SettingsReader;
import cnilab.confluence.settings.WebSettings;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The pages of a node that has not begun to start. */
class WebServerTest {
    private final HttpClient client = HttpClient.newHttpClient();
    private int port;

    @BeforeEach
    void start() throws Exception {
        port = freePort();
        WebServer.start(new WebSettings(port, "/wiki"), node());
    }

    @Test
    void statusIsExactlyTheProducts() throws Exception {
        HttpResponse<String> response = send("GET", "/wiki/status");
        assertEquals(503, response.statusCode());
        assertEquals("{\"state\":\"STARTING\"}", response.body());
        assertEquals("application/json", response.headers().firstValue("content-type").orElseThrow());
    }

    @Test
    void onlyWhatIsThereIsAnswered() throws Exception {
        assertEquals(404, send("GET", "/status").statusCode());
        assertEquals(404, send("GET", "/wikistatus").statusCode());
        assertEquals(404, send("GET", "/wiki/statuses").statusCode());
        assertEquals(405, send("POST", "/wiki/status").statusCode());
        assertEquals(405, send("GET", "/wiki/sim/setup").statusCode());
    }

    @Test
    void theFrontPageSaysThatThisIsNotTheProduct() throws Exception {
        HttpResponse<String> response = send("GET", "/wiki/");
        assertEquals(200, response.statusCode());
        assertTrue(response.body().startsWith("This is confluence-node, a stand-in for Confluence Data Center.\nnode: host\n"));
        assertEquals(response.body(), send("GET", "/wiki").body());
    }

    @Test
    void theClusterOfANodeThatIsInNone() throws Exception {
        assertEquals(
                "{\"node\":\"host\",\"state\":\"STARTING\",\"members\":[],\"master\":false,\"panicked\":false,"
                        + "\"dbNumber\":null,\"cacheNumber\":null,\"lastRun\":null}",
                send("GET", "/wiki/sim/cluster").body());
    }

    @Test
    void thereIsNoSetupToFinishBeforeTheFirstRun() throws Exception {
        HttpResponse<String> response = send("POST", "/wiki/sim/setup");
        assertEquals(409, response.statusCode());
        assertEquals("There is no set-up to finish: the state is STARTING\n", response.body());
    }

    @Test
    void aBusyPortIsNamed() {
        IOException failure =
                assertThrows(IOException.class, () -> WebServer.start(new WebSettings(port, ""), node()));
        assertEquals("port " + port + " (ATL_TOMCAT_PORT): Address already in use", failure.getMessage());
    }

    private static ConfluenceNode node() throws Exception {
        Settings settings = SettingsReader.read(
                Map.of(
                        "ATL_DB_TYPE", "postgresql",
                        "ATL_JDBC_URL", "jdbc:postgresql://db/c",
                        "ATL_JDBC_USER", "me",
                        "ATL_JDBC_PASSWORD", "hush"),
                "host");
        return new ConfluenceNode(settings, "");
    }

    private HttpResponse<String> send(String method, String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
