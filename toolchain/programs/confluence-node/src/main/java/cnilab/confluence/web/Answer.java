package cnilab.confluence.web;

/** An HTTP answer. */
record Answer(int code, String type, String body) {
    static Answer json(int code, String body) {
        return new Answer(code, "application/json", body);
    }

    static Answer text(int code, String body) {
        return new Answer(code, "text/plain; charset=utf-8", body);
    }
}
