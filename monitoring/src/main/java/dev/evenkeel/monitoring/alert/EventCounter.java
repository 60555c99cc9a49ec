package dev.evenkeel.monitoring.alert;

import dev.evenkeel.error.CommitOutcomeUnknownException;
import dev.evenkeel.error.DatabaseException;
import dev.evenkeel.error.PoolExhaustedException;
import dev.evenkeel.event.AdministrativeAction;
import dev.evenkeel.event.CallCompleted;
import dev.evenkeel.event.CallRetried;
import dev.evenkeel.event.DatabaseListener;
import dev.evenkeel.event.TopologyEvent;
import java.util.concurrent.atomic.LongAdder;

/** Counts what rules look at. Thread-safe and wait-free. */
final class EventCounter implements DatabaseListener {

    private static final String MIGRATE = "migrate";

    private final LongAdder calls = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder retries = new LongAdder();
    private final LongAdder unknownCommits = new LongAdder();
    private final LongAdder lostCommits = new LongAdder();
    private final LongAdder failovers = new LongAdder();
    private final LongAdder failedMigrations = new LongAdder();

    @Override
    public void onCallCompleted(CallCompleted event) {
        calls.increment();
        // What the user's own function throws is its decision, not the database's failure.
        if (event.error() instanceof DatabaseException) {
            failed.increment();
        }
        if (event.error() instanceof PoolExhaustedException) {
            refused.increment();
        }
        if (event.error() instanceof CommitOutcomeUnknownException) {
            unknownCommits.increment();
        }
    }

    @Override
    public void onCallRetried(CallRetried event) {
        retries.increment();
    }

    @Override
    public void onTopologyChanged(TopologyEvent event) {
        if (event instanceof TopologyEvent.PrimaryElected elected && elected.previous() != null) {
            failovers.increment();
        } else if (event instanceof TopologyEvent.CommitsLost lost) {
            lostCommits.add(lost.lost().size() + lost.possiblyLost().size());
        }
    }

    @Override
    public void onAdministrativeAction(AdministrativeAction event) {
        if (event.what().equals(MIGRATE) && !event.succeeded()) {
            failedMigrations.increment();
        }
    }

    Counts counts() {
        return new Counts(
                calls.sum(),
                failed.sum(),
                refused.sum(),
                retries.sum(),
                unknownCommits.sum(),
                lostCommits.sum(),
                failovers.sum(),
                failedMigrations.sum());
    }
}
