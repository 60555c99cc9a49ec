package dev.evenkeel.migrations.cli;

import dev.evenkeel.error.DatabaseException;
import dev.evenkeel.migrations.MigrationEvent;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Where results go: to the standard output, as text or as JSON. Progress and errors go to the other one. */
final class Output {

    private final PrintWriter out;
    private final PrintWriter err;
    private final ProgressLine progress;
    private final boolean json;

    Output(PrintWriter out, PrintWriter err, boolean terminal, boolean json) {
        this.out = out;
        this.err = err;
        this.json = json;
        this.progress = new ProgressLine(err, terminal);
    }

    /** One of both. */
    void result(Object value, List<String> lines) {
        if (json) {
            out.println(Json.of(value));
        } else {
            lines.forEach(out::println);
        }
        out.flush();
    }

    /** As it happens; in JSON a line each. */
    void event(MigrationEvent event) {
        if (json) {
            out.println(Json.of("event", event.getClass().getSimpleName(), (Record) event));
            out.flush();
        } else {
            progress.show(event);
        }
    }

    void error(Throwable error) {
        progress.end();
        if (json) {
            err.println(Json.of(facts(error)));
        } else if (error instanceof DatabaseException known) {
            err.println("%s [%s]".formatted(known.summary(), known.code()));
            for (int i = 0; i < known.suggestions().size(); i++) {
                err.println("  %d. %s".formatted(i + 1, known.suggestions().get(i)));
            }
        } else {
            err.println(String.valueOf(error.getMessage()));
        }
        err.flush();
    }

    private static Map<String, Object> facts(Throwable error) {
        Map<String, Object> facts = new LinkedHashMap<>();
        if (error instanceof DatabaseException known) {
            facts.put("error", known.summary());
            facts.put("code", known.code());
            facts.put("type", known.type());
            facts.put("suggestions", known.suggestions());
            facts.put("details", known.details());
        } else {
            facts.put("error", String.valueOf(error.getMessage()));
        }
        return facts;
    }
}
