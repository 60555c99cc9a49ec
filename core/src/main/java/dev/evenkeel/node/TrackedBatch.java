package dev.evenkeel.node;

import io.r2dbc.spi.Batch;
import io.r2dbc.spi.Result;
import org.reactivestreams.Publisher;

/** A batch whose execution is seen by {@link Traffic}. */
final class TrackedBatch implements Batch {

    private final LentConnection connection;
    private final Batch raw;
    private final Traffic traffic;
    private Exchanges.Kind kind = Exchanges.Kind.STATEMENT;

    TrackedBatch(LentConnection connection, Batch raw, Traffic traffic) {
        this.connection = connection;
        this.raw = raw;
        this.traffic = traffic;
    }

    @Override
    public Batch add(String sql) {
        raw.add(sql);
        if (BoundaryWords.in(sql)) {
            kind = Exchanges.Kind.BOUNDARY;
        }
        return this;
    }

    @Override
    public Publisher<? extends Result> execute() {
        return new TrackedPublisher<Result>(connection.behindBegin(raw.execute()), traffic, kind)
                .map(result -> new TrackedResult(result, traffic, kind, null));
    }
}
