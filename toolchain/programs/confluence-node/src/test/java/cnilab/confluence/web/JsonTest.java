package cnilab.confluence.web;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTest {
    @Test
    void values() {
        assertEquals("{\"a\":[1,true,null,\"x\"]}", Json.of(Map.of("a", java.util.Arrays.asList(1, true, null, "x"))));
        assertEquals("\"q\\\"b\\\\n\\u000a\"", Json.of("q\"b\\n\n"));
        assertEquals("[]", Json.of(List.of()));
    }
}
