package dev.evenkeel.spring.transaction;

import io.r2dbc.spi.Batch;
import io.r2dbc.spi.Result;
import reactor.core.publisher.Flux;

/** A batch whose results are those of a {@link GuardedConnection}. */
record GuardedBatch(Batch delegate, GuardedConnection connection) implements Batch {

    @Override
    public Batch add(String sql) {
        delegate.add(sql);
        return this;
    }

    @Override
    public Flux<Result> execute() {
        return connection.send(Flux.defer(delegate::execute));
    }
}
