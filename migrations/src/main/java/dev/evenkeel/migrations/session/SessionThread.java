package dev.evenkeel.migrations.session;

import dev.evenkeel.migrations.MigrationConfig;
import dev.evenkeel.migrations.MigrationEvent;
import dev.evenkeel.migrations.session.SessionRunner.SessionWork;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * The thread of one session.
 *
 * <p>A thread that waits for an answer of the server cannot be interrupted. So a cancel asks the server, again and again,
 * because a request that arrives between two statements is lost, until the thread has ended; and if it does not end, the socket
 * is closed under it.
 */
final class SessionThread {

    private static final Logger log = LoggerFactory.getLogger(SessionThread.class);

    private static final Duration BETWEEN_CANCELS = Duration.ofMillis(100);
    private static final Duration CANCEL_BOUND = Duration.ofSeconds(5);

    private final DataSource source;
    private final MigrationConfig config;
    private final Observer observer;
    private final Scheduler scheduler = Schedulers.newBoundedElastic(1, 1, "evenkeel-migrate", 60, true);
    private final AtomicReference<@Nullable MigrationSession> open = new AtomicReference<>();
    private final AtomicReference<@Nullable Progress> progress = new AtomicReference<>();
    private final Sinks.Empty<Void> ended = Sinks.empty();

    SessionThread(DataSource source, MigrationConfig config, Observer observer) {
        this.source = source;
        this.config = config;
        this.observer = observer;
    }

    /** Opens the session, does the work, closes it. The events arrive on another thread than the session's. */
    Flux<MigrationEvent> run(SessionWork work) {
        return Flux.<MigrationEvent>create(sink -> {
                    Progress here = new Progress(sink::next);
                    progress.set(here);
                    scheduler.schedule(() -> work(work, here, sink));
                })
                .mergeWith(Flux.defer(this::observed))
                .publishOn(Schedulers.parallel());
    }

    private Flux<MigrationEvent> observed() {
        Progress here = progress.get();
        return here == null ? Flux.empty() : observer.watch(open::get, here).takeUntilOther(ended.asMono());
    }

    private void work(SessionWork work, Progress here, FluxSink<MigrationEvent> sink) {
        try {
            runOn(work, here);
            finish();
            sink.complete();
        } catch (Throwable e) { // whatever it is, somebody waits for it
            finish();
            Throwable told = MigrationFailures.running(e, here.running());
            if (told instanceof CancellationException && here.running().script() != null) {
                log.info("The migration was cancelled: {}", here.running().script());
            }
            sink.error(told);
        }
    }

    private void runOn(SessionWork work, Progress here) throws Exception {
        here.checkCancelled();
        MigrationSession session;
        try {
            session = MigrationSession.open(source, config);
        } catch (SQLException e) {
            throw MigrationFailures.connecting(e);
        }
        open.set(session);
        try (session) {
            work.run(session, here);
        } finally {
            open.set(null);
        }
    }

    private void finish() {
        ended.tryEmitEmpty();
    }

    /** Waits for the thread to have closed its session. */
    Mono<Void> end() {
        // Disposing takes a lock, and would interrupt whoever goes on on this scheduler's own thread.
        return ended.asMono().publishOn(Schedulers.boundedElastic()).then(Mono.fromRunnable(scheduler::dispose));
    }

    /** Stops what runs on the server, and waits for the thread. */
    Mono<Void> cancel() {
        return Mono.defer(() -> {
            Progress here = progress.get();
            if (here == null) {
                return Mono.<Void>fromRunnable(scheduler::dispose).subscribeOn(Schedulers.boundedElastic());
            }
            here.cancel();
            return askToCancel().then(end());
        });
    }

    /** Lets the work end by itself; if it does not, the socket is closed under it. */
    Mono<Void> leave() {
        return Mono.defer(() -> {
            Progress here = progress.get();
            if (here == null) {
                return Mono.<Void>fromRunnable(scheduler::dispose).subscribeOn(Schedulers.boundedElastic());
            }
            here.cancel();
            return ended.asMono()
                    .timeout(CANCEL_BOUND, onSession(MigrationSession::abort))
                    .then(end());
        });
    }

    private Mono<Void> askToCancel() {
        return Flux.interval(Duration.ZERO, BETWEEN_CANCELS)
                .onBackpressureDrop()
                .concatMap(tick -> onSession(MigrationSession::cancel), 1)
                .takeUntilOther(ended.asMono())
                .take(CANCEL_BOUND)
                .then(onSession(MigrationSession::abort));
    }

    private interface Request {
        void send(MigrationSession session) throws SQLException;
    }

    /** While the session is open; otherwise, and on errors, nothing. */
    private Mono<Void> onSession(Request request) {
        return Mono.<Void>fromRunnable(() -> {
                    MigrationSession session = open.get();
                    if (session != null) {
                        try {
                            request.send(session);
                        } catch (SQLException e) {
                            log.debug("The running migration could not be stopped by this request", e);
                        }
                    }
                })
                .subscribeOn(Schedulers.boundedElastic());
    }
}
