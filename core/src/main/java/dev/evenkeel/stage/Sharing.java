package dev.evenkeel.stage;

import dev.evenkeel.ReadConsistency;
import dev.evenkeel.error.DatabaseException;
import dev.evenkeel.error.Phase;
import dev.evenkeel.flow.Instead;
import dev.evenkeel.lane.Lane;
import dev.evenkeel.lane.LaneQuery;
import dev.evenkeel.lane.Moved;
import io.r2dbc.spi.Row;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;

/**
 * Sends a read-only statement down a lane, a connection that it shares with others, if it may share and one has room. Everything
 * else, and what a lane gives back, goes on to a connection of its own.
 */
final class Sharing implements Step {

    private final Scheduler timer;

    Sharing(Parts parts) {
        this.timer = parts.timer();
    }

    /** The lane is chosen before anybody subscribes, which happens at once behind {@link Routing}; it is lazy itself. */
    @Override
    public <T> Flux<T> apply(Call<T> call, Next next) {
        if (!(call.work() instanceof StatementWork<T> work) || !isPlainRead(call, work)) {
            return next.proceed(call);
        }
        Lane lane = lane(call, work);
        return lane == null
                ? next.proceed(call)
                : new Instead<>(
                        lane.run(new Shared<>(call, work)),
                        error -> error instanceof Moved ? alone(call, work, next) : null);
    }

    /** Guests on the primary are counted, and a lane counts nobody. */
    private static boolean isPlainRead(Call<?> call, StatementWork<?> work) {
        return call.terms().phase() == Phase.READING
                && !call.guest()
                && work.statement().fetchSize() == 0;
    }

    private @Nullable Lane lane(Call<?> call, StatementWork<?> work) {
        long remaining = call.deadline().nanos() - timer.now(TimeUnit.NANOSECONDS);
        Statements statement = work.statement();
        Lane lane = call.node()
                .lanes()
                .choose(statement.sql(), statement.parameters().size(), remaining);
        return lane != null && isKnown(call, lane) ? lane : null;
    }

    /** As in {@link Leasing#objection}: the node was chosen for what a probe saw of it. */
    private static boolean isKnown(Call<?> call, Lane lane) {
        return call.terms().wish().consistency() == ReadConsistency.EVENTUAL || lane.started() == call.server();
    }

    private static <T> Flux<T> alone(Call<T> call, StatementWork<T> work, Next next) {
        return next.proceed(call)
                .doFinally(end -> call.node()
                        .lanes()
                        .tookElsewhere(work.statement().sql(), call.trace().held()));
    }

    private record Shared<T>(Call<T> call, StatementWork<T> work) implements LaneQuery<T> {

        @Override
        public String sql() {
            return work.statement().sql();
        }

        @Override
        public List<@Nullable Object> parameters() {
            return work.statement().parameters();
        }

        @Override
        public T apply(Row row) {
            return work.read(row);
        }

        @Override
        public long deadlineNanos() {
            return call.deadline().nanos();
        }

        @Override
        public String requestId() {
            return call.trace().requestId();
        }

        @Override
        public DatabaseException late() {
            return TimeLimit.exceededReading(
                    call.terms().label(), call.deadline(), call.node().name(), requestId());
        }
    }
}
