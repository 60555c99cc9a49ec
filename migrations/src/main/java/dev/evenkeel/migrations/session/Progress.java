package dev.evenkeel.migrations.session;

import dev.evenkeel.migrations.Blocker;
import dev.evenkeel.migrations.MigrationEvent;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/** Where the migration's thread is, for those who watch it. Written by that thread, read by any. */
public final class Progress {

    private final Consumer<MigrationEvent> listener;
    private final CountDownLatch cancelled = new CountDownLatch(1);
    private final Sinks.Many<Running> statements = Sinks.many().replay().latest();
    private volatile Running running = Running.NOTHING;
    private volatile List<Blocker> blockers = List.of();

    Progress(Consumer<MigrationEvent> listener) {
        this.listener = listener;
    }

    /**
     * What runs now.
     *
     * @param script {@code null} between scripts
     * @param number of the statement, from 1; 0 between statements
     * @param cleared whether it failed, and what it had done was taken back although it is in no transaction
     */
    public record Running(
            @Nullable String script,
            boolean transactional,
            int number,
            String outline,
            long scriptNanos,
            long sinceNanos,
            boolean cleared) {

        static final Running NOTHING = new Running(null, true, 0, "", 0, 0, false);

        /** Whether nothing of the script is there when it fails. */
        boolean leavesNothing() {
            return transactional || cleared;
        }

        Duration elapsed() {
            return Duration.ofNanos(System.nanoTime() - sinceNanos);
        }

        /** Since the script began. */
        public Duration elapsedScript() {
            return Duration.ofNanos(System.nanoTime() - scriptNanos);
        }
    }

    public void tell(MigrationEvent event) {
        listener.accept(event);
    }

    public void scriptStarted(String script, boolean transactional) {
        checkCancelled();
        long now = System.nanoTime();
        running = new Running(script, transactional, 0, "", now, now, false);
    }

    public void statementStarted(String outline) {
        checkCancelled();
        Running last = running;
        set(new Running(
                last.script(),
                last.transactional(),
                last.number() + 1,
                outline,
                last.scriptNanos(),
                System.nanoTime(),
                false));
    }

    /** The statement has ended, well or not. */
    public void statementEnded() {
        statements.tryEmitNext(Running.NOTHING);
    }

    /** The script has failed, and nothing of it is there any more. */
    public void scriptCleared() {
        Running last = running;
        running = new Running(
                last.script(),
                last.transactional(),
                last.number(),
                last.outline(),
                last.scriptNanos(),
                last.sinceNanos(),
                true);
    }

    /** The script is committed, or rolled back and over. */
    public void scriptEnded() {
        set(Running.NOTHING);
    }

    private void set(Running next) {
        running = next;
        blockers = List.of();
        statements.tryEmitNext(next);
    }

    /** The statement that runs, or was the last to run when something failed. */
    public Running running() {
        return running;
    }

    Flux<Running> statements() {
        return statements.asFlux();
    }

    void saw(List<Blocker> holders) {
        blockers = holders;
    }

    /** Who was in the way of the last statement. */
    public List<Blocker> blockers() {
        return blockers;
    }

    void cancel() {
        cancelled.countDown();
    }

    /** Ends the migration's thread, if nobody waits for it any more. */
    public void checkCancelled() {
        if (cancelled.getCount() == 0) {
            throw new CancellationException("the subscriber went away");
        }
    }

    /** Waits so long, or until nobody waits for the migration any more. */
    public void pause(Duration duration) {
        try {
            boolean gone = cancelled.await(duration.toNanos(), TimeUnit.NANOSECONDS);
            if (gone) {
                checkCancelled();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("the migration's thread was interrupted");
        }
    }
}
