package dev.evenkeel.node;

import dev.evenkeel.error.SqlState;
import dev.evenkeel.event.ConnectionClosed.Reason;
import dev.evenkeel.event.Listeners;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.postgresql.client.TransactionStatus;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.netty.FutureMono;

/**
 * A physical connection that knows whether it is clean, and cleans itself before it goes back into the pool. One per
 * server session; used by one lease at a time; thread-safe to the degree the driver is.
 */
final class TrackedConnection {

    private final PostgresqlConnection raw;
    private final DirectStatements direct;
    private final AttemptSockets sockets;
    private final Channel socket;
    private final long started;
    private final boolean own;
    private final Listeners listeners;
    private final Scheduler timer;
    private final Lifetime lifetime;
    private final Mono<Void> cancelRequest;
    private final Relay relay = new Relay();
    private volatile Traffic traffic = new Traffic();
    private volatile boolean sessionChanged;
    private volatile boolean brokenOff;
    private volatile boolean severed;
    private volatile @Nullable Lease holder;

    /** With {@code direct} statements need not be left to the driver. */
    TrackedConnection(Opening.Opened session, boolean direct, Lifetime lifetime, Listeners listeners, Scheduler timer) {
        this.raw = session.connection();
        this.direct = new DirectStatements(raw, direct, session.own());
        this.sockets = session.sockets();
        this.socket = sockets.socket();
        this.started = session.started();
        this.own = session.own();
        this.lifetime = lifetime;
        this.listeners = listeners;
        this.timer = timer;
        // A server that hangs would keep its socket for ever.
        this.cancelRequest = Mono.defer(
                () -> severed ? Mono.empty() : raw.cancelRequest().doOnCancel(() -> sockets.closeAllBut(socket)));
    }

    /** The driver's own. */
    PostgresqlConnection raw() {
        return raw;
    }

    /** Its shorter way for statements. */
    DirectStatements direct() {
        return direct;
    }

    /** Who hears of what is done with it. */
    Listeners listeners() {
        return listeners;
    }

    Channel socket() {
        return socket;
    }

    /** Fails on a session that a pooler shares with others. */
    Mono<Void> requireOwn() {
        return OwnSession.require(own);
    }

    /** Its settings are not any more what the next one may expect. */
    void changed() {
        sessionChanged = true;
    }

    /** Ends the session; completes when that is done. */
    Mono<Void> close() {
        return raw.close();
    }

    /** When the server at the other end began: another value is another server. */
    long started() {
        return started;
    }

    Duration age() {
        return lifetime.age();
    }

    /** Why it is being closed, in the pool's {@code current} epoch. The cause comes before what may only follow from it. */
    Reason closingReason(long current) {
        if (lifetime.isRetired(current)) {
            return Reason.RETIRED;
        }
        if (SqlState.of(traffic.firstFailure()) == SqlState.SESSION_TERMINATED) {
            return Reason.TERMINATED;
        }
        if (!alive() && !brokenOff) {
            return Reason.LOST;
        }
        if (!clean()) {
            return Reason.UNCLEAN;
        }
        return lifetime.isExpired() ? Reason.EXPIRED : Reason.SPARE;
    }

    /** Whether it may be handed out in the pool's {@code current} epoch. */
    boolean isFit(long current) {
        return clean() && !lifetime.isRetired(current) && !lifetime.isExpired();
    }

    /** Alive, nothing in flight, no open transaction, no changed settings. */
    boolean clean() {
        return isOfUse() && traffic.quiet() && hasNoTransaction();
    }

    /** Whether it is not clean only because the end of an answer has not been read yet. */
    boolean mayBecomeClean() {
        return isOfUse() && traffic.mayFallQuiet();
    }

    private boolean isOfUse() {
        return alive() && !brokenOff && !sessionChanged;
    }

    private boolean alive() {
        return direct.client().isConnected();
    }

    /** From holder to holder, past the pool. */
    Relay relay() {
        return relay;
    }

    /** Ends the traffic of its holder; whether it is as the pool would hand it out in that epoch. */
    boolean isReadyForNext(long current) {
        traffic.close();
        return !traffic.isHandingOver() && isFit(current);
    }

    /** Who has it now. */
    void lentTo(Lease lease) {
        direct.begin().forget();
        holder = lease;
    }

    /** For the exchanges of whoever gets it now. */
    Traffic newTraffic() {
        settled();
        return traffic;
    }

    /** Where its answers arrive. */
    EventLoop loop() {
        return socket.eventLoop();
    }

    /** Called by the pool at each return, also at those that it makes by itself. An error makes it close the connection. */
    Mono<Void> cleanUp() {
        Lease last = holder;
        holder = null;
        if (last != null) {
            last.ended();
        }
        traffic.close();
        if (traffic.isHandingOver() || traffic.isBrokenOff()) {
            // It may come behind whatever would be sent now.
            breakOff();
        }
        // In this order: what has ended is of no use, whenever that is asked.
        boolean ended = brokenOff;
        boolean reusable = isOfUse();
        CleanUp cleanUp = new CleanUp(direct, traffic, cancelRequest, timer);
        Mono<Void> cleaning = ended ? stopped(cleanUp) : cleaned(cleanUp, reusable);
        return reusable
                ? cleaning
                : cleaning.onErrorComplete().then(Mono.error(new IllegalStateException("session cannot be reused")));
    }

    private Mono<Void> stopped(CleanUp cleanUp) {
        return severed ? Mono.empty() : cleanUp.stop(FutureMono.from(socket.closeFuture()));
    }

    private Mono<Void> cleaned(CleanUp cleanUp, boolean forReuse) {
        return traffic.quiet()
                ? cleanUp.closeTransaction(forReuse)
                : cleanUp.drain(forReuse).doOnSuccess(done -> settled());
    }

    private void settled() {
        traffic = new Traffic();
    }

    /** Whatever is under way ends with a lost connection, at once; the server can still be asked to stop it. */
    void breakOff() {
        brokenOff = true;
        ChannelFuture ignored = socket.close();
    }

    /** The same when the server is not to be waited for any more: nobody asks it anything. */
    void sever() {
        severed = true;
        brokenOff = true;
        sockets.close();
    }

    /** Asks the server to stop what runs here now; completes when it has taken note. */
    Mono<Void> cancelRequest() {
        return cancelRequest;
    }

    /** Whether this is the last one who got it. */
    boolean isWith(Lease lease) {
        return holder == lease;
    }

    /** By what the server has said last. */
    boolean hasNoTransaction() {
        return direct.status() == TransactionStatus.IDLE;
    }
}
