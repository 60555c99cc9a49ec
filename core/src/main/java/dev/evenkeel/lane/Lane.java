package dev.evenkeel.lane;

import dev.evenkeel.driver.DriverClient;
import dev.evenkeel.driver.SessionCodecs;
import dev.evenkeel.event.Listeners;
import dev.evenkeel.wire.AnswerDecoder;
import dev.evenkeel.wire.PreparedStatements;
import dev.evenkeel.wire.ValueEncoder;
import dev.evenkeel.wire.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.postgresql.client.Client;
import io.r2dbc.postgresql.message.backend.BackendMessage;
import io.r2dbc.postgresql.message.backend.EmptyQueryResponse;
import io.r2dbc.postgresql.message.backend.ErrorResponse;
import io.r2dbc.postgresql.message.backend.NoticeResponse;
import io.r2dbc.postgresql.message.backend.ParseComplete;
import io.r2dbc.postgresql.message.backend.RowDescription;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.util.concurrent.Queues;

/**
 * One session that many queries share: each is sent without waiting for the answers of those before it, and the server answers in
 * the order of arrival. Thread-safe; what is not said to be is done on the session's event loop.
 *
 * <p>How this works: whoever comes with a query puts it into {@code arrivals}, and the first of them plans a turn of the event loop.
 * That turn writes all that has arrived as one group: bind and execute for each, one Sync behind the last, one flush. A group is one
 * implicit transaction, and when the server refuses one of its queries it skips those behind it, which are sent again unseen by
 * their callers; those before it have been answered. Nobody's statement may keep the others waiting: {@link #look} moves all that
 * has not begun to connections of its own when the first in line takes too long, and the lane is given up. So there is never a
 * need for a cancel request while anybody is on it.
 */
public final class Lane {

    /** Beyond so many on the wire more of them only wait at the server. */
    public static final int MOST_ON_THE_WIRE = 256;

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(10);

    private final String node;
    private final LaneSession session;
    private final Client client;
    private final ValueEncoder values;
    private final EventLoop loop;
    private final SharedStatements known;
    private final Listeners listeners;
    private final Scheduler timer;
    private final long openedNanos;
    private final Queue<LaneRequest<?>> arrivals =
            Queues.<LaneRequest<?>>unboundedMultiproducer().get();
    private final AtomicInteger turn = new AtomicInteger();
    private final AtomicInteger load = new AtomicInteger();
    private final AtomicBoolean watched = new AtomicBoolean();
    private final ArrayDeque<LaneRequest<?>> waiting = new ArrayDeque<>();
    private final ArrayDeque<Group> flying = new ArrayDeque<>();
    private final PreparedStatements statements = new PreparedStatements(true);
    private final Pace pace;
    private final AnswerDecoder answers;
    private int onTheWire;
    private volatile @Nullable Throwable broken;
    private volatile boolean open = true;
    private volatile boolean finished;

    Lane(String node, LaneSession session, SharedStatements known, Listeners listeners, Scheduler timer) {
        this.node = node;
        this.session = session;
        this.client = DriverClient.of(session.connection());
        this.values = new ValueEncoder(SessionCodecs.of(session.connection()));
        this.loop = session.loop();
        this.answers = AnswerDecoder.of(client);
        this.known = known;
        this.listeners = listeners;
        this.timer = timer;
        this.pace = new Pace(session.roundTrip(), System::nanoTime);
        this.openedNanos = timer.now(TimeUnit.NANOSECONDS);
    }

    /** The driver's part is one conversation that never ends. */
    void start() {
        client.exchange(message -> false, Mono.empty()).subscribe(new EndOfSession(this));
        loop.execute(() -> answers.ownedBy(new LaneReader(this)));
    }

    String node() {
        return node;
    }

    PostgresqlConnection connection() {
        return session.connection();
    }

    /** When the server at the other end began. */
    public long started() {
        return session.started();
    }

    boolean isOnThisThread() {
        return loop.inEventLoop();
    }

    /** Queries that wait or are on the wire. */
    int load() {
        return load.get();
    }

    /** Whether it can take a query now. */
    boolean isOpen() {
        return open && !answers.isPaused();
    }

    /** Whether a query had better not wait behind those that are on it. */
    boolean isSlow() {
        return pace.isSlow() && load.get() > 0;
    }

    /** Whether it has not been given up. */
    boolean takesQueries() {
        return open;
    }

    boolean isOlderThan(Duration age) {
        return timer.now(TimeUnit.NANOSECONDS) - openedNanos > age.toNanos();
    }

    /** Nobody is on it any more, and nobody will be. */
    boolean isFinished() {
        return finished;
    }

    /**
     * Runs the query. Ends in {@link Moved} when it must run on a connection of its own. On cancel what the server still sends is
     * thrown away; the server is not told.
     */
    public <T> Flux<T> run(LaneQuery<T> query) {
        return new Flux<>() {
            @Override
            public void subscribe(reactor.core.CoreSubscriber<? super T> caller) {
                LaneRequest<T> request = new LaneRequest<>(
                        Lane.this, query, caller, LaneWatch.of(listeners, node, query, caller.currentContext()));
                caller.onSubscribe(request.delivery());
                submit(request);
            }
        };
    }

    private void submit(LaneRequest<?> request) {
        load.incrementAndGet();
        arrivals.add(request);
        plan();
        if (!watched.get() && watched.compareAndSet(false, true)) {
            lookLater();
        }
    }

    /** The turn comes when all that the event loop has at hand has been handled: that leaves in one write. */
    private void plan() {
        if (turn.getAndIncrement() == 0) {
            loop.execute(this::takeTurn);
        }
    }

    private void takeTurn() {
        int missed = turn.get();
        while (missed != 0) {
            for (LaneRequest<?> next = arrivals.poll(); next != null; next = arrivals.poll()) {
                waiting.add(next);
            }
            if (open) {
                write();
            } else {
                refuse();
            }
            missed = turn.addAndGet(-missed);
        }
    }

    private void write() {
        if (waiting.isEmpty() || onTheWire >= MOST_ON_THE_WIRE) {
            return;
        }
        ByteBuf out = client.getByteBufAllocator().ioBuffer(512);
        while (!waiting.isEmpty() && onTheWire < MOST_ON_THE_WIRE) {
            addGroup(out);
        }
        if (out.isReadable()) {
            answers.send(out);
        } else {
            out.release();
        }
    }

    private void addGroup(ByteBuf out) {
        Group group = new Group();
        int most = Math.min(pace.groupSize(), MOST_ON_THE_WIRE - onTheWire);
        while (group.size() < most && !waiting.isEmpty()) {
            LaneRequest<?> request = waiting.remove();
            if (request.isOver()) {
                load.decrementAndGet();
            } else if (request.write(out, values, statements)) {
                group.add(request);
                onTheWire++;
            } else {
                load.decrementAndGet();
                request.move();
            }
        }
        if (!group.isEmpty()) {
            Wire.sync(out);
            group.leaves(pace.now());
            if (flying.isEmpty()) {
                pace.begin();
            }
            flying.add(group);
        }
    }

    /** The lane was given up, or is broken. */
    private void refuse() {
        for (LaneRequest<?> request = waiting.poll(); request != null; request = waiting.poll()) {
            load.decrementAndGet();
            Throwable cause = broken;
            if (cause == null) {
                request.move();
            } else {
                request.fail(cause);
            }
        }
    }

    void receive(ByteBuf row) {
        Group group = flying.peek();
        LaneRequest<?> head = group == null ? null : group.head();
        if (head != null) {
            head.row(row);
        }
    }

    /** Whether the first in line takes what is there for it. */
    boolean takesMore() {
        Group group = flying.peek();
        LaneRequest<?> head = group == null ? null : group.head();
        return head == null || !head.delivery().isFull();
    }

    void completed() {
        Group group = flying.peek();
        if (group != null && !group.isEmpty()) {
            leave(group).complete();
        }
    }

    void receive(BackendMessage message) {
        Group group = flying.peek();
        LaneRequest<?> head = group == null ? null : group.head();
        if (head == null) {
            return;
        } else if (message instanceof EmptyQueryResponse) {
            completed();
        } else if (message instanceof ErrorResponse error) {
            leave(group);
            again(head, head.refused(error, statements));
        } else if (message instanceof ParseComplete) {
            head.prepared();
        } else if (message instanceof RowDescription description) {
            head.described(description);
        } else if (message instanceof NoticeResponse notice) {
            head.noticed(notice);
        }
    }

    private LaneRequest<?> leave(Group group) {
        LaneRequest<?> served = group.remove();
        onTheWire--;
        load.decrementAndGet();
        long took = pace.served();
        if (group.isAlone()) {
            known.took(served.sql(), took, pace.patience());
        }
        return served;
    }

    private void again(LaneRequest<?> request, boolean wanted) {
        if (wanted) {
            load.incrementAndGet();
            waiting.add(request);
        }
    }

    /** The group is over; whoever is left in it was skipped. */
    void ready() {
        Group group = flying.poll();
        if (group == null) {
            return;
        }
        while (!group.isEmpty()) {
            LaneRequest<?> skipped = leave(group);
            again(skipped, skipped.skipped(statements));
        }
        pace.ended(group.sent(), group.leftNanos());
        if (!waiting.isEmpty()) {
            plan();
        }
        finishIfLeft();
    }

    /** Somebody did not take its rows, and does now. */
    void resume() {
        answers.resume();
    }

    private void lookLater() {
        timer.schedule(() -> loop.execute(this::look), BETWEEN_LOOKS.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void look() {
        long now = timer.now(TimeUnit.NANOSECONDS);
        waiting.forEach(request -> request.look(now));
        flying.forEach(group -> group.look(now));
        if (open && !flying.isEmpty() && pace.isStuck()) {
            giveUp();
        }
        finishIfLeft();
        watched.set(false);
        if (load.get() > 0 && watched.compareAndSet(false, true)) {
            lookLater();
        }
    }

    /** Takes no more queries; what has not begun runs elsewhere, and what has begun comes to its end. */
    void retire() {
        loop.execute(() -> {
            giveUp();
            finishIfLeft();
        });
    }

    private void giveUp() {
        open = false;
        Group group = flying.peek();
        LaneRequest<?> head = group == null ? null : group.head();
        if (head != null && (head.hasBegun() || group.isAlone())) {
            known.took(head.sql(), pace.elapsed(), pace.patience());
        }
        refuse();
        flying.forEach(Group::moveWhatHasNotBegun);
    }

    private void finishIfLeft() {
        if (!open && flying.stream().allMatch(Group::isLeft)) {
            finished = true;
        }
    }

    /** Breaks the session off: whoever is on it is told that the connection was lost. */
    void sever() {
        session.sever();
    }

    /** The session has ended, or is being ended. */
    void broke(Throwable error) {
        if (loop.inEventLoop()) {
            fail(error);
        } else {
            loop.execute(() -> fail(error));
        }
    }

    private void fail(Throwable error) {
        open = false;
        broken = error;
        for (Group group = flying.poll(); group != null; group = flying.poll()) {
            while (!group.isEmpty()) {
                onTheWire--;
                load.decrementAndGet();
                group.remove().fail(error);
            }
        }
        refuse();
        finished = true;
    }

    /** Ends the session within the bound, with whatever it is doing. */
    Mono<Void> stop(Duration bound) {
        return Mono.defer(() -> {
            open = false;
            if (broken == null) {
                return session.stop(bound);
            }
            session.sever();
            return Mono.empty();
        });
    }
}
