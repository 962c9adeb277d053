package cnilab.confluence.web;

import cnilab.confluence.node.ConfluenceNode;
import cnilab.confluence.node.NodeView;
import cnilab.confluence.node.State;
import cnilab.confluence.safety.SafetyRun;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;

/** What each address of the node answers. Only /status is the product's. */
final class Pages {
    private final ConfluenceNode node;

    Pages(ConfluenceNode node) {
        this.node = node;
    }

    /** The answer to a request; the path is without the context path. */
    Answer answer(String method, String path) {
        try {
            return page(method, path);
        } catch (HazelcastInstanceNotActiveException stopping) {
            return Answer.text(503, "Hazelcast has just stopped; ask again\n");
        }
    }

    private Answer page(String method, String path) {
        return switch (path) {
            case "/status" -> method.equals("GET") ? status() : notAllowed("GET");
            case "", "/" -> method.equals("GET") ? front() : notAllowed("GET");
            case "/sim/cluster" -> method.equals("GET") ? cluster() : notAllowed("GET");
            case "/sim/setup" -> method.equals("POST") ? setup() : notAllowed("POST");
            default -> Answer.text(404, "No such page: /status, /, /sim/cluster, /sim/setup\n");
        };
    }

    private static Answer notAllowed(String allowed) {
        return Answer.text(405, "Allowed: " + allowed + "\n");
    }

    private Answer status() {
        State state = node.state();
        return Answer.json(state.httpCode(), Json.of(Map.of("state", state)));
    }

    private Answer front() {
        NodeView view = node.view();
        int code = view.problem().isPresent() ? 503 : 200;
        return Answer.text(
                code,
                "This is confluence-node, a stand-in for Confluence Data Center.\n"
                        + "node: " + view.nodeName() + "\n"
                        + "state: " + view.state() + "\n"
                        + "members: " + view.members() + "\n"
                        + "last safety run: " + view.lastRun().map(Pages::describe).orElse("none") + "\n"
                        + view.problem().map(problem -> problem + "\n").orElse(""));
    }

    private static String describe(SafetyRun run) {
        return run.action()
                .map(action -> run.at() + ", found " + run.numbers() + ", did " + action)
                .orElse(run.at() + ", left to the oldest member");
    }

    private Answer cluster() {
        NodeView view = node.view();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("node", view.nodeName());
        fields.put("state", view.state());
        fields.put("members", view.members());
        fields.put("master", view.isOldest());
        fields.put("panicked", view.hasPanicked());
        fields.put("dbNumber", view.lastRun().map(run -> boxed(run.numbers().database())).orElse(null));
        fields.put("cacheNumber", view.lastRun().map(run -> boxed(run.numbers().cache())).orElse(null));
        fields.put("lastRun", view.lastRun().map(run -> run.at().toString()).orElse(null));
        return Answer.json(200, Json.of(fields));
    }

    private static Integer boxed(OptionalInt number) {
        return number.isPresent() ? number.getAsInt() : null;
    }

    private Answer setup() {
        return node.finishSetup()
                ? Answer.json(200, "{}")
                : Answer.text(409, "There is no set-up to finish: the state is " + node.state() + "\n");
    }
}
