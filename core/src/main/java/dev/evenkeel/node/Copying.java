package dev.evenkeel.node;

import dev.evenkeel.driver.DriverClient;
import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.QueryFailedException;
import dev.evenkeel.sql.SqlStatement;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.ReferenceCounted;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.postgresql.client.Client;
import io.r2dbc.postgresql.message.backend.BackendMessage;
import io.r2dbc.postgresql.message.backend.CommandComplete;
import io.r2dbc.postgresql.message.backend.CopyData;
import io.r2dbc.postgresql.message.backend.ErrorResponse;
import io.r2dbc.postgresql.message.frontend.Query;
import io.r2dbc.postgresql.util.Operators;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.publisher.SynchronousSink;

/**
 * COPY over one session. The driver sends data but does not fetch any; its protocol client does, and that is all it takes.
 *
 * @param session what {@code connection} goes over
 * @param socket the one below
 * @param watch is told of the exchange
 */
record Copying(LentConnection connection, PostgresqlConnection session, Channel socket, Exchanges watch) {

    /**
     * Emits how many rows the server has stored. To the server an error of the data is one of its own; the caller gets the first. The
     * driver does not let go of the data when the answer comes early, and sends nothing else meanwhile.
     */
    Mono<Long> in(String sql, Publisher<byte[]> data) {
        AtomicReference<@Nullable Throwable> broken = new AtomicReference<>();
        Sinks.Empty<Void> over = Sinks.empty();
        Flux<Mono<ByteBuf>> pieces = Outlet.through(socket, Flux.from(data).doOnError(broken::set))
                .takeUntilOther(over.asMono())
                .map(piece -> Mono.just(Unpooled.wrappedBuffer(piece)));
        Mono<Long> copied = session.copyIn(sql)
                .fromMany(pieces)
                .build()
                .doOnNext(watch::rows)
                .doFinally(end -> over.tryEmitEmpty());
        return requireOne(sql, "from", "stdin")
                .then(tracked(copied).singleOrEmpty())
                .onErrorMap(error -> {
                    Throwable first = broken.get();
                    return first == null ? error : first;
                });
    }

    /** Emits what the server sends, a row at a time in the formats that have lines. */
    Flux<byte[]> out(String sql) {
        return requireOne(sql, "to", "stdout")
                .thenMany(tracked(Flux.defer(() -> new Answer(sql).of(DriverClient.of(session)))));
    }

    private <T> Flux<T> tracked(Publisher<T> exchange) {
        return new TrackedPublisher<>(connection.behindBegin(exchange), watch, Exchanges.Kind.STATEMENT);
    }

    /** In the other direction, or beside another statement, the server would wait for us and we for the server. */
    private static Mono<Void> requireOne(String sql, String direction, String where) {
        return Mono.defer(() -> {
            List<SqlStatement> statements = SqlStatement.split(sql);
            if (statements.size() == 1) {
                List<String> words = statements.get(0).words();
                int at = words.lastIndexOf(where);
                if (words.get(0).equals("copy") && at > 0 && words.get(at - 1).equals(direction)) {
                    return Mono.empty();
                }
            }
            return Mono.error(new QueryFailedException(Failure.of(
                    "NO_COPY",
                    ErrorType.QUERY,
                    "This is not one statement of the form copy ... %s %s".formatted(direction, where),
                    "write one statement; copyIn takes copy ... from stdin, copyOut takes copy ... to stdout",
                    "run other statements by query(...).on(connection)")));
        });
    }

    /** What comes back; an error is told when the server is ready again, so that the driver knows what has become of the transaction. */
    private final class Answer {

        private final String sql;
        private @Nullable Throwable refusal;

        Answer(String sql) {
            this.sql = sql;
        }

        Flux<byte[]> of(Client client) {
            return client.exchange(Mono.just(new Query(sql)))
                    .as(Operators::discardOnCancel)
                    // Behind the operator that discards, which looks for it below itself.
                    .doOnDiscard(ReferenceCounted.class, ReferenceCountUtil::release)
                    .<byte[]>handle(this::read)
                    .concatWith(Mono.defer(() -> refusal == null ? Mono.empty() : Mono.error(refusal)));
        }

        private void read(BackendMessage message, SynchronousSink<byte[]> sink) {
            if (message instanceof CopyData data) {
                sink.next(bytes(data));
            } else if (message instanceof CommandComplete complete) {
                Long rows = complete.getRows();
                watch.rows(rows == null ? 0 : rows);
            } else if (message instanceof ErrorResponse error) {
                refusal = DriverClient.exception(error, sql);
            } else {
                ReferenceCountUtil.release(message);
            }
        }
    }

    private static byte[] bytes(CopyData data) {
        try {
            ByteBuf content = data.getData();
            return ByteBufUtil.getBytes(content);
        } finally {
            data.release();
        }
    }
}
