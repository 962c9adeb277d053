package cnilab.confluence.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StateTest {
    @ParameterizedTest
    @CsvSource({"STARTING, 503", "FIRST_RUN, 200", "RUNNING, 200", "ERROR, 500", "STOPPING, 503"})
    void codes(State state, int code) {
        assertEquals(code, state.httpCode());
    }

    @ParameterizedTest
    @CsvSource({
        "STARTING, FIRST_RUN RUNNING ERROR STOPPING",
        "FIRST_RUN, RUNNING ERROR STOPPING",
        "RUNNING, ERROR STOPPING",
        "ERROR, STOPPING",
        "STOPPING, ''",
    })
    void whatMayFollow(State state, String expected) {
        List<String> following = Arrays.stream(State.values()).filter(state::mayBecome).map(State::name).toList();
        assertEquals(expected, String.join(" ", following));
    }

    @Test
    void aNodeThatPanickedStaysSoWhateverTheJobSays() {
        CurrentState state = new CurrentState();
        assertEquals(true, state.become(State.ERROR));
        assertEquals(false, state.become(State.RUNNING));
        assertEquals(State.ERROR, state.get());
        assertEquals(true, state.become(State.STOPPING));
        assertEquals(false, state.become(State.ERROR));
    }
}
