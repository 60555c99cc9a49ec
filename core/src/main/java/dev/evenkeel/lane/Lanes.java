package dev.evenkeel.lane;

import dev.evenkeel.LaneMetrics;
import dev.evenkeel.event.Listeners;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * The lanes to one server: so many as are wished, and for a while those that were given up and still serve somebody. A query that
 * finds no place on one takes a connection of its own. Thread-safe.
 */
public final class Lanes {

    private static final Duration TO_END = Duration.ofSeconds(1);

    private final String node;
    private final LaneSettings settings;
    private final Function<LaneSettings, Mono<? extends LaneSession>> opening;
    private final Listeners listeners;
    private final Scheduler timer;
    private final SharedStatements known = new SharedStatements();
    private final List<Lane> lanes = new CopyOnWriteArrayList<>();
    private final AtomicInteger draws = new AtomicInteger();
    private volatile boolean closed;
    private volatile boolean opens;

    public Lanes(
            String node,
            LaneSettings settings,
            Function<LaneSettings, Mono<? extends LaneSession>> opening,
            Listeners listeners,
            Scheduler timer) {
        this.node = node;
        this.settings = settings;
        this.opening = opening;
        this.listeners = listeners;
        this.timer = timer;
        this.opens = settings.count() > 0;
    }

    /** A lane for this statement with so many values, that will end within so many nanoseconds; {@code null} when there is none. */
    public @Nullable Lane choose(String sql, int values, long withinNanos) {
        if (lanes.isEmpty() || withinNanos > settings.statementTimeout().toNanos() || !known.mayShare(sql, values)) {
            return null;
        }
        Lane chosen = null;
        int offset = draws.getAndIncrement();
        int count = lanes.size();
        for (int i = 0; i < count; i++) {
            Lane lane = at(Math.floorMod(offset + i, count));
            if (lane != null && hasRoom(lane) && isBetter(lane, chosen)) {
                chosen = lane;
            }
        }
        return chosen;
    }

    private boolean hasRoom(Lane lane) {
        return lane.isOpen() && !lane.isSlow() && lane.load() < settings.mostWaiting();
    }

    private @Nullable Lane at(int index) {
        try {
            return lanes.get(index);
        } catch (IndexOutOfBoundsException fewerNow) {
            return null;
        }
    }

    /** Staying on the caller's thread saves two switches of threads, unless the lane there is much busier. */
    private static boolean isBetter(Lane lane, @Nullable Lane than) {
        if (than == null) {
            return true;
        }
        boolean here = lane.isOnThisThread();
        if (here == than.isOnThisThread()) {
            return lane.load() < than.load();
        }
        return here ? lane.load() <= 2 * than.load() + 2 : than.load() > 2 * lane.load() + 2;
    }

    /** The statement has taken so long on a connection of its own. */
    public void tookElsewhere(String sql, Duration time) {
        known.took(sql, time.toNanos(), Pace.PATIENCE.toNanos());
    }

    /**
     * Ends the lanes that are given up and opens those that are missing; to be called now and then. Ends in an error when one
     * could not be opened. A session that a pooler shares with others is nothing for a lane: then there are none.
     */
    public Mono<Void> keepOpen() {
        return Flux.fromIterable(lanes)
                .filter(this::isToEnd)
                .concatMap(this::end)
                .then(Mono.defer(this::openMissing));
    }

    private boolean isToEnd(Lane lane) {
        if (lane.isOpen() && lane.isOlderThan(settings.maxLifetime())) {
            lane.retire();
        }
        return lane.isFinished();
    }

    private Mono<Void> end(Lane lane) {
        lanes.remove(lane);
        return lane.stop(TO_END).doOnCancel(lane::sever);
    }

    private Mono<Void> openMissing() {
        long open = lanes.stream().filter(Lane::takesQueries).count();
        long missing = Math.min(settings.count() - open, 2L * settings.count() - lanes.size());
        return !opens || closed || missing <= 0
                ? Mono.empty()
                : openOne().repeat(missing - 1).then();
    }

    private Mono<Void> openOne() {
        return Mono.defer(() -> opening.apply(settings))
                .doOnNext(this::add)
                .onErrorResume(SharedSession.class, pooler -> {
                    opens = false;
                    return Mono.empty();
                })
                .then();
    }

    private void add(LaneSession session) {
        Lane lane = new Lane(node, session, known, listeners, timer);
        lane.start();
        lanes.add(lane);
        if (closed) {
            lane.sever();
        }
    }

    public LaneMetrics state() {
        int open = (int) lanes.stream().filter(Lane::takesQueries).count();
        return new LaneMetrics(open, load());
    }

    /** Queries that wait or run. */
    public int load() {
        int load = 0;
        for (Lane lane : lanes) {
            load += lane.load();
        }
        return load;
    }

    /** No lane of today takes another query; what runs comes to its end. */
    public void retire() {
        lanes.forEach(Lane::retire);
    }

    /** Breaks off those for which that holds: what runs there is told that the connection was lost. */
    public void sever(Predicate<Lane> which) {
        lanes.stream().filter(which).forEach(Lane::sever);
    }

    /** Ends all of them, and opens none any more. */
    public Mono<Void> close() {
        return Mono.defer(() -> {
            closed = true;
            return Flux.fromIterable(lanes).flatMap(this::end).then();
        });
    }
}
