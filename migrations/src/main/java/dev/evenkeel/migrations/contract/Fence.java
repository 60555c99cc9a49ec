package dev.evenkeel.migrations.contract;

import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.MigrationException;
import dev.evenkeel.migrations.Membership;
import dev.evenkeel.migrations.MigrationConfig;
import dev.evenkeel.migrations.MigrationEvent.InstancesAwaited;
import dev.evenkeel.migrations.contract.Instances.Seen;
import dev.evenkeel.migrations.script.Version;
import dev.evenkeel.migrations.session.InstanceLock;
import dev.evenkeel.migrations.session.MigrationSession;
import dev.evenkeel.migrations.session.Progress;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a contract script run when no instance is left that needs what it removes. Blocks.
 *
 * <h2>How this works</h2>
 *
 * <p>Waiting happens without a lock that anybody else wants, so that migrations run and instances come and go meanwhile. When
 * nobody is in the way, the lock between migrations is taken, the gate is closed, and the instances are looked at again. An old
 * instance joins by writing its row first and passing the gate then, after which it reads what was contracted: so either this
 * second look sees its row, or it sees the script in the history and is refused. Instances whose version is at least that of
 * the schema do not need the gate, because no script can be ahead of the schema.
 *
 * <p>After a failover all sessions are gone, and with them the locks of instances that live and are about to come back. So an
 * instance without a lock is gone only after it was without one for the whole grace, by the clock of this process.
 */
public final class Fence {

    private static final Logger log = LoggerFactory.getLogger(Fence.class);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);
    private static final Duration BETWEEN_WORDS = Duration.ofSeconds(1);
    private static final int MOST_IN_A_MESSAGE = 10;

    private final MigrationSession session;
    private final Progress progress;
    private final MigrationConfig config;
    private final Instances instances;
    private final Map<UUID, Long> missingSince = new HashMap<>();

    public Fence(MigrationSession session, Progress progress, MigrationConfig config) {
        this.session = session;
        this.progress = progress;
        this.config = config;
        this.instances = new Instances(session);
    }

    /** What is done behind the fence. */
    @FunctionalInterface
    public interface Passage {
        void run() throws Exception;
    }

    /** Waits until no instance needs a version before this one, and does the work while none can join. */
    public void pass(String script, Version version, Passage work) throws Exception {
        long begun = System.nanoTime();
        InstanceLock migrations = new InstanceLock(session);
        Gate gate = new Gate(session);
        while (true) {
            await(script, version, begun);
            migrations.await(config.instanceWait(), progress);
            gate.close(progress);
            boolean clear = inTheWay(version).isEmpty();
            if (clear) {
                work.run();
            }
            // Not in a finally block: an error ends the session, and its locks with it.
            gate.open();
            migrations.release();
            if (clear) {
                return;
            }
        }
    }

    private void await(String script, Version version, long begun) throws SQLException {
        Duration next = Duration.ZERO;
        List<Membership> old = inTheWay(version);
        while (!old.isEmpty()) {
            Duration waited = Duration.ofNanos(System.nanoTime() - begun);
            if (waited.compareTo(config.contractWait()) > 0) {
                throw fenced(script, old, waited);
            }
            if (waited.compareTo(next) >= 0) {
                next = waited.plus(BETWEEN_WORDS);
                log.info("{} waits for {} older instances, {} s", script, old.size(), waited.toSeconds());
                progress.tell(new InstancesAwaited(script, old, waited));
            }
            progress.pause(BETWEEN_LOOKS);
            old = inTheWay(version);
        }
    }

    private List<Membership> inTheWay(Version version) throws SQLException {
        List<Membership> old = new ArrayList<>();
        for (Seen seen : instances.olderThan(version)) {
            Membership instance = seen.instance();
            if (seen.alive()) {
                missingSince.remove(instance.id());
                old.add(instance);
            } else if (isMissingForLong(instance.id())) {
                log.info("{} is gone", instance);
                instances.forget(instance);
            } else {
                old.add(instance);
            }
        }
        return old;
    }

    private boolean isMissingForLong(UUID instance) {
        long now = System.nanoTime();
        long since = missingSince.computeIfAbsent(instance, id -> now);
        return now - since >= config.fenceGrace().toNanos();
    }

    private MigrationException fenced(String script, List<Membership> old, Duration waited) {
        String names =
                old.stream().limit(MOST_IN_A_MESSAGE).map(Membership::toString).collect(Collectors.joining("; "));
        return new MigrationException(Failure.of(
                        "CONTRACT_FENCED",
                        ErrorType.SCHEMA,
                        "%s was not run: after %d s there are %d instances that need what it removes: %s%s"
                                .formatted(
                                        script,
                                        waited.toSeconds(),
                                        old.size(),
                                        names,
                                        old.size() > MOST_IN_A_MESSAGE ? "..." : ""),
                        "end them and call contract() again",
                        "raise migrations.contractWait if they are about to end")
                .with(Map.of("script", script, "instances", String.valueOf(old.size())))
                .retryable(true));
    }
}
