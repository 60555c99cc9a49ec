package dev.evenkeel.spring.health;

import dev.evenkeel.HealthSnapshot;
import dev.evenkeel.HealthSnapshot.State;
import dev.evenkeel.ReactiveDatabaseManager;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.InitializingBean;
import reactor.core.Disposable;
import reactor.core.Disposables;

/** Listens to the manager's health, so that whoever asks is answered at once, whatever the database does. Thread-safe. */
public final class LatestSnapshot implements InitializingBean, DisposableBean {

    private final ReactiveDatabaseManager manager;
    private final Clock clock;
    private volatile Seen seen;
    private Disposable subscription = Disposables.disposed();

    /**
     * What was seen last.
     *
     * @param snapshot {@code null} before the first one
     * @param unusableSince since when no server has answered; {@code null} while one does
     */
    public record Seen(
            @Nullable HealthSnapshot snapshot, @Nullable Instant unusableSince) {

        /** How long no server has answered. */
        Duration unusableFor(Instant now) {
            return unusableSince == null ? Duration.ZERO : Duration.between(unusableSince, now);
        }
    }

    /** Begins to listen when Spring initialises it. */
    public LatestSnapshot(ReactiveDatabaseManager manager, Clock clock) {
        this.manager = manager;
        this.clock = clock;
        this.seen = new Seen(null, null);
    }

    @Override
    public void afterPropertiesSet() {
        subscription = manager.health().subscribe(this::see);
    }

    @Override
    public void destroy() {
        subscription.dispose();
    }

    void see(HealthSnapshot snapshot) {
        boolean usable = snapshot.nodes().stream().anyMatch(node -> node.state() != State.DOWN);
        Instant before = seen.unusableSince();
        Instant since = usable ? null : before == null ? clock.instant() : before;
        seen = new Seen(snapshot, since);
    }

    public Seen seen() {
        return seen;
    }
}
