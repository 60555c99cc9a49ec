package dev.evenkeel.node;

import dev.evenkeel.CallContext;
import dev.evenkeel.event.BoundValues;
import dev.evenkeel.event.CallCompleted.Outcome;
import dev.evenkeel.event.Listeners;
import dev.evenkeel.event.RequestScope;
import dev.evenkeel.event.StatementCompleted;
import dev.evenkeel.event.StatementIds;
import dev.evenkeel.event.StatementStarted;
import io.r2dbc.spi.R2dbcException;
import io.r2dbc.spi.Result;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;

/**
 * Times one execution of a statement and tells the listeners when it is over. Thread-safe.
 *
 * <p>How this works: an execution is an exchange of its own and one for each of its results, and the driver ends them in any
 * order, some before they are sent. What holds is that the first has begun before the second, and that a result begins before the
 * execution that emits it ends. So the statement is over when the count of open exchanges comes back to zero.
 */
final class StatementWatch implements Exchanges {

    /** A statement may say much; listeners get the beginning. */
    private static final int MOST_NOTICES = 16;

    private static final AtomicIntegerFieldUpdater<StatementWatch> OPEN =
            AtomicIntegerFieldUpdater.newUpdater(StatementWatch.class, "open");

    private final Exchanges traffic;
    private final Listeners listeners;
    private final Lease lease;
    private final String sql;
    private final BoundValues bound;
    private volatile int open;
    /** Results are emitted one after the other, and end before this is read. */
    private long rows;

    private volatile List<String> notices = List.of();
    private volatile long id;
    private volatile long begunNanos;
    private volatile @Nullable CoreSubscriber<?> asking;
    private volatile @Nullable RequestScope scope;
    private volatile @Nullable Throwable failure;
    private volatile boolean left;
    private volatile boolean skipped;

    StatementWatch(Exchanges traffic, Listeners listeners, Lease lease, String sql, BoundValues bound) {
        this.traffic = traffic;
        this.listeners = listeners;
        this.lease = lease;
        this.sql = sql;
        this.bound = bound;
    }

    @Override
    public void askedBy(CoreSubscriber<?> subscriber) {
        asking = subscriber;
        if (scope == null) {
            scope = CallContext.request(subscriber.currentContext()).orElse(null);
        }
    }

    @Override
    public void begin(Kind kind) {
        traffic.begin(kind);
        if (OPEN.getAndIncrement(this) == 0) {
            begunNanos = System.nanoTime();
            id = StatementIds.next();
            tellStart();
        }
    }

    private void tellStart() {
        CoreSubscriber<?> subscriber = asking;
        if (subscriber != null && listeners.wantsStatementStarts()) {
            listeners.onStatementStarted(new StatementStarted(
                    id, lease.node(), sql, subscriber.currentContext().readOnly()));
        }
    }

    @Override
    public void answered(Kind kind) {
        traffic.answered(kind);
        end();
    }

    @Override
    public void failed(Kind kind, Throwable error) {
        traffic.failed(kind, error);
        if (skipped) {
            left = true;
        } else {
            failure = error;
        }
        end();
    }

    @Override
    public void cancelled() {
        traffic.cancelled();
        left = true;
        end();
    }

    @Override
    public void abandoned() {
        traffic.abandoned();
    }

    @Override
    public void skipped() {
        skipped = true;
    }

    @Override
    public void handOver() {
        traffic.handOver();
    }

    @Override
    public void handedOver() {
        traffic.handedOver();
    }

    @Override
    public boolean isAlone() {
        return traffic.isAlone();
    }

    @Override
    public Result result(Result raw) {
        return listeners.wantsNotices() ? raw.filter(this::noted) : raw;
    }

    private boolean noted(Result.Segment segment) {
        if (segment instanceof Result.Message message) {
            notice(message.message());
        }
        return true;
    }

    @Override
    public void notice(String text) {
        if (listeners.wantsNotices() && notices.size() < MOST_NOTICES) {
            List<String> more = new ArrayList<>(notices);
            more.add(text);
            notices = more;
        }
    }

    @Override
    public boolean countsRows() {
        return true;
    }

    @Override
    public void rows(long more) {
        rows += more;
    }

    private void end() {
        if (OPEN.decrementAndGet(this) > 0) {
            return;
        }
        Throwable error = failure;
        RequestScope asked = scope;
        listeners.onStatementCompleted(new StatementCompleted(
                id,
                lease.node(),
                lease.requestId(),
                asked == null ? lease.scope() : asked,
                sql,
                bound,
                error != null ? Outcome.FAILED : left ? Outcome.CANCELLED : Outcome.SUCCEEDED,
                Duration.ofNanos(System.nanoTime() - begunNanos),
                rows,
                error instanceof R2dbcException refused ? refused.getSqlState() : null,
                notices));
        failure = null;
        left = false;
        skipped = false;
        rows = 0;
        notices = List.of();
    }
}
