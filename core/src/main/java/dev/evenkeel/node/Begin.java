package dev.evenkeel.node;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * A BEGIN that leaves with the first statement behind it.
 *
 * <p>The way it leaves depends on that statement: in front of one of ours, or as a message by itself in front of the driver's. Such a
 * message must begin with a bare BEGIN, which no server that answers refuses: what the driver sends behind it is on its way
 * already.
 */
final class Begin {

    static final String PLAIN = "BEGIN";

    private final String statement;
    private final String message;
    private final Traffic owner;
    private volatile @Nullable CompletableFuture<?> answer;
    private volatile boolean refused;
    private boolean aborted;

    /** For the {@code owner}'s lease. */
    Begin(String statement, String message, Traffic owner) {
        this.statement = statement;
        this.message = message;
        this.owner = owner;
    }

    String statement() {
        return statement;
    }

    String message() {
        return message;
    }

    /** Whether a transaction that it begins is no other than one that begins by itself. */
    boolean isPlain() {
        return statement.equals(PLAIN);
    }

    /**
     * For a transaction that has failed together with its end: the server has forgotten it, and what the function still sends must be
     * refused as in any other that has failed.
     */
    static Begin aborted(Traffic owner) {
        Begin instead = new Begin(PLAIN, PLAIN + "; ROLLBACK TO SAVEPOINT evenkeel_none", owner);
        instead.refuse();
        instead.aborted = true;
        return instead;
    }

    boolean isAborted() {
        return aborted;
    }

    boolean belongsTo(Traffic lease) {
        return owner == lease;
    }

    /** The lease that was to begin it is over. */
    boolean isOver() {
        return owner.isClosed();
    }

    /** The server did not begin. */
    void refuse() {
        refused = true;
    }

    boolean isRefused() {
        return refused;
    }

    void sentAlone(CompletableFuture<?> awaited) {
        answer = awaited;
    }

    /** Completes with the answer, or at once if it has none of its own. */
    Mono<Void> answered() {
        return Mono.defer(() -> {
            CompletableFuture<?> awaited = answer;
            return awaited == null
                    ? Mono.empty()
                    : Mono.fromFuture(awaited, true).then();
        });
    }
}
