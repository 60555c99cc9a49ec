package dev.evenkeel.spring.page;

import dev.evenkeel.ReactiveDatabaseManager;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.springframework.context.SmartLifecycle;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * The one source that all browsers look at: it works once for all of them, and not while there is none. Half a minute after the last one
 * has gone it forgets the points of its charts; what happened to the servers is noted always.
 *
 * <p>Its streams end before the web server waits for requests to end, so an open page does not delay a shutdown.
 */
public final class LiveFeed implements SmartLifecycle {

    private static final Duration TICK = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    /** Long enough for a page to be loaded again. */
    private static final Duration AFTER_THE_LAST = Duration.ofSeconds(30);

    private final ReactiveDatabaseManager manager;
    private final List<Part> parts;
    private final Clock clock;
    private final EventLog events;
    private volatile Flux<Frame> frames = Flux.empty();
    private volatile Sinks.Empty<Void> stopped = Sinks.empty();
    private volatile Disposable listening = Disposables.disposed();

    LiveFeed(ReactiveDatabaseManager manager, List<Part> parts, EventLog events, Clock clock) {
        this.manager = manager;
        this.parts = List.copyOf(parts);
        this.clock = clock;
        this.events = events;
    }

    /** What a browser does not know yet, once in a second, all of it first. A slow one gets the latest. Ends with the application. */
    public Flux<Map<String, Object>> changes() {
        return Flux.defer(() -> {
            Difference difference = new Difference();
            return frames.onBackpressureLatest().map(difference::to);
        });
    }

    private Flux<Frame> watch() {
        Traffic traffic = new Traffic();
        Board board = new Board();
        // Not an interval, which makes up for late ticks by early ones: a rate needs some time to be one.
        Flux<Frame> ticks = Mono.delay(TICK)
                .repeat()
                .map(tick -> board.frame(clock.millis(), traffic.look(), manager.metrics(), events.entries()));
        Mono<Void> asking = Flux.fromIterable(parts)
                .flatMap(part -> ask(part, board), Math.max(1, parts.size()))
                .then();
        Mono<Void> health = manager.health().doOnNext(board::put).then();
        return Flux.using(
                () -> manager.listen(traffic),
                listening -> Flux.merge(ticks, asking.cast(Frame.class), health.cast(Frame.class)),
                Disposable::dispose);
    }

    private static Flux<Void> ask(Part part, Board board) {
        return part.rows()
                .timeout(PATIENCE)
                .onErrorResume(failed -> Mono.just(Rows.none("Not shown: the question failed (%s)."
                        .formatted(failed.getClass().getSimpleName()))))
                .doOnNext(rows -> board.put(part.name(), rows))
                .then()
                .repeatWhen(answered -> answered.delayElements(part.every()));
    }

    @Override
    public void start() {
        Sinks.Empty<Void> end = Sinks.empty();
        stopped = end;
        frames = Flux.defer(this::watch).takeUntilOther(end.asMono()).replay(1).refCount(1, AFTER_THE_LAST);
        listening = manager.listen(events);
    }

    @Override
    public void stop() {
        listening.dispose();
        stopped.tryEmitEmpty();
    }

    @Override
    public boolean isRunning() {
        return !listening.isDisposed();
    }
}
