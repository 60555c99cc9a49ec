package dev.evenkeel.topology;

import dev.evenkeel.error.SqlState;
import dev.evenkeel.node.Opening;
import dev.evenkeel.node.Session;
import io.r2dbc.spi.R2dbcException;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Asks one server who it is, through a connection of its own that no busy pool can hold up. One probe at a time; a
 * connection that does not answer in time is closed, and the next probe opens another.
 *
 * <p>A server that refuses or resets is down. One that says nothing may only be slow, or this process was: only two
 * silences in a row, of which the second begins at once, make it down, and a silence that lasted much longer than its bound
 * is this process's own pause and says nothing of the server.
 */
final class NodeProbe {

    /** A timer that strikes so many times too late was held up together with the answer. */
    private static final long PAUSE = 2;

    /** So many may break within one probe. */
    private static final int SESSIONS = 20;

    /** {@link Opening} has a shorter one. */
    private static final Duration LOGIN_BOUND = Duration.ofMinutes(5);

    private final String name;
    private final Opening opening;
    private final Duration timeout;
    private final Scheduler timer;
    private final AtomicReference<@Nullable Session> kept = new AtomicReference<>();
    private final AtomicReference<@Nullable Mono<NodeState>> underWay = new AtomicReference<>();
    private volatile NodeState last;
    private volatile int silences;
    private volatile boolean ended;
    private volatile boolean anew;

    NodeProbe(String name, Opening opening, Duration timeout, Scheduler timer) {
        this.name = name;
        this.opening = opening;
        this.timeout = timeout;
        this.timer = timer;
        this.last = NodeState.unknown(name);
    }

    String name() {
        return name;
    }

    NodeState last() {
        return last;
    }

    /**
     * Emits what the server says, or that and why it says nothing. Never an error. Whoever asks while a probe is under way
     * shares its answer.
     */
    Mono<NodeState> probe() {
        return Mono.defer(
                () -> ended ? Mono.just(last) : underWay.updateAndGet(current -> current != null ? current : begin()));
    }

    /** The session is no witness any more: the next probe opens another. */
    void askAnew() {
        anew = true;
    }

    /** The last answer is doubtful: it has to be asked for again, at once. */
    boolean isDoubtful() {
        return silences == 1;
    }

    private Mono<NodeState> begin() {
        return Mono.defer(() -> {
                    long asked = System.nanoTime();
                    return question(SESSIONS)
                            .timeout(bound(), timer)
                            .doOnNext(answer -> silences = 0)
                            .onErrorResume(problem -> close().thenReturn(judge(problem, asked)));
                })
                .doOnNext(state -> {
                    last = state;
                    underWay.set(null);
                })
                .cache();
    }

    /**
     * A session that breaks may have been ended alone, by an operator or by a device on the way: whether the server is still
     * there is told by the next login, unless that is broken off in the same way.
     */
    private Mono<NodeState> question(int sessions) {
        return Mono.defer(() -> {
            boolean login = kept.get() == null;
            return session()
                    .flatMap(session -> ProbeQuestion.ask(name, session.connection()))
                    .onErrorResume(
                            broken -> sessions > 1 && (!login || isBrokenOff(broken)),
                            broken -> close().then(question(sessions - 1)));
        });
    }

    /** The server was there and has not said that it will not be: it neither refused nor gave a reason of its own. */
    private static boolean isBrokenOff(Throwable login) {
        boolean refused = login instanceof ConnectException || login.getCause() instanceof ConnectException;
        return login instanceof R2dbcException error
                && !refused
                && (error.getSqlState() == null
                        || SqlState.of(error.getSqlState()).endsConnection());
    }

    /** A server that was not there may need longer for a login; at the start, as long as any connection may take. */
    private Duration bound() {
        if (last.answers()) {
            return timeout;
        }
        return last.problem() == null ? LOGIN_BOUND : timeout.multipliedBy(2);
    }

    private NodeState judge(Throwable problem, long asked) {
        if (!(problem instanceof TimeoutException)) {
            silences = 0;
            return last.silent(problem);
        }
        boolean ownPause = System.nanoTime() - asked > PAUSE * timeout.toNanos();
        silences = ownPause || (silences == 0 && last.answers()) ? 1 : 2;
        return silences == 1 ? last : last.silent(silent());
    }

    /** The same for who cannot wait: emits a silent state when there is no answer within the bound of a question. */
    Mono<NodeState> probeSoon() {
        return probe().timeout(timeout, Mono.fromSupplier(() -> last.silent(silent())), timer);
    }

    private IOException silent() {
        return new IOException("no answer within " + timeout);
    }

    private Mono<Session> session() {
        return Mono.defer(() -> {
            Session open = kept.get();
            if (open == null) {
                return opening.openForLong().flatMap(this::keep);
            }
            return anew ? another(open) : Mono.just(open);
        });
    }

    /** A server that takes no more sessions is there: then the one that there is will do. */
    private Mono<Session> another(Session open) {
        anew = false;
        return opening.openForLong()
                .flatMap(fresh -> close().then(Mono.defer(() -> keep(fresh))))
                .onErrorResume(NodeProbe::isFull, full -> Mono.just(open));
    }

    private static boolean isFull(Throwable login) {
        return login instanceof R2dbcException error
                && SqlState.of(error.getSqlState()) == SqlState.TOO_MANY_CONNECTIONS;
    }

    private Mono<Session> keep(Session fresh) {
        kept.set(fresh);
        return ended ? close().then(Mono.error(new IOException("the manager is shut down"))) : Mono.just(fresh);
    }

    /** Closes the probe's connection, and any that is still being opened, for good. */
    Mono<Void> end() {
        return Mono.defer(() -> {
            ended = true;
            return close();
        });
    }

    /** Closes the probe's connection; the next probe would open another. */
    Mono<Void> close() {
        return Mono.defer(() -> {
            Session open = kept.getAndSet(null);
            return open == null ? Mono.empty() : open.end(timeout);
        });
    }
}
