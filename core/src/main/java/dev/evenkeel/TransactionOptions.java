package dev.evenkeel;

import dev.evenkeel.config.RetryPolicy;
import dev.evenkeel.error.InvalidConfigurationException;
import io.r2dbc.spi.IsolationLevel;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a transaction runs. Immutable.
 *
 * @param isolation {@code null} for the server's default, READ COMMITTED unless changed there
 * @param readOnly the server refuses writes, and a replica may serve the transaction
 * @param deferrable with SERIALIZABLE and read-only: waits at the start for a snapshot that cannot fail
 * @param timeout the whole call ends by then, repeats included; {@code null} for the configured one
 * @param retry {@code null} for the configured one
 * @param consistency how fresh the data of a read-only transaction must be
 * @param exactlyOnce whether a COMMIT whose answer was lost is resolved instead of being reported as unknown; needs the
 *     table of {@link #MARKER_TABLE}
 * @param nesting what happens inside another transaction
 * @param label names the call in events, metrics and messages; no values in it
 */
public record TransactionOptions(
        @Nullable IsolationLevel isolation,
        boolean readOnly,
        boolean deferrable,
        @Nullable Duration timeout,
        @Nullable RetryPolicy retry,
        ReadConsistency consistency,
        boolean exactlyOnce,
        Nesting nesting,
        String label) {

    /** Creates what {@link Builder#exactlyOnce()} needs; run it once, for example as a migration. */
    public static final String MARKER_TABLE =
            "create table if not exists evenkeel_commit (token uuid primary key, state text not null,"
                    + " created timestamptz not null default now())";

    /** Those of the SQL standard. PostgreSQL treats the weakest one as the next. */
    private static final List<IsolationLevel> LEVELS = List.of(
            IsolationLevel.READ_UNCOMMITTED,
            IsolationLevel.READ_COMMITTED,
            IsolationLevel.REPEATABLE_READ,
            IsolationLevel.SERIALIZABLE);

    private static final TransactionOptions DEFAULTS = builder().build();

    /** What a transaction does when it is asked for inside the function of another one. */
    public enum Nesting {
        /**
         * It is part of the outer one: nothing is durable before that commits. If the inner function fails, the outer
         * transaction cannot commit any more, even if the error is swallowed. The default.
         */
        JOIN,
        /** It is a savepoint of the outer one: if it fails, only its own changes are undone, and the outer may go on. */
        SAVEPOINT,
        /** It has a connection of its own and is independent of the outer one, whose changes it does not see. */
        INDEPENDENT
    }

    public TransactionOptions {
        ConnectionOptions.requirePositive("timeout", timeout);
        if (isolation != null && !LEVELS.contains(isolation)) {
            throw InvalidConfigurationException.of(
                    "isolation",
                    "'" + isolation.asSql() + "'",
                    "one of " + LEVELS.stream().map(IsolationLevel::asSql).toList(),
                    "use a constant of IsolationLevel");
        }
    }

    /** Read-write on the primary, with the server's default isolation and the configured timeout and retry policy. */
    public static TransactionOptions defaults() {
        return DEFAULTS;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Collects options; not thread-safe. */
    public static final class Builder {

        private @Nullable IsolationLevel isolation;
        private boolean readOnly;
        private boolean deferrable;
        private @Nullable Duration timeout;
        private @Nullable RetryPolicy retry;
        private ReadConsistency consistency = ReadConsistency.READ_YOUR_WRITES;
        private boolean exactlyOnce;
        private Nesting nesting = Nesting.JOIN;
        private String label = "transaction";

        private Builder() {}

        public Builder isolation(IsolationLevel level) {
            this.isolation = level;
            return this;
        }

        public Builder readOnly() {
            this.readOnly = true;
            return this;
        }

        public Builder deferrable() {
            this.deferrable = true;
            return this;
        }

        public Builder timeout(Duration bound) {
            this.timeout = bound;
            return this;
        }

        public Builder retry(RetryPolicy policy) {
            this.retry = policy;
            return this;
        }

        public Builder consistency(ReadConsistency level) {
            this.consistency = level;
            return this;
        }

        /**
         * When the answer to COMMIT is lost, find out whether it took effect: if it did, the value is emitted; if it did
         * not, it never will, and the function runs again. Costs one small row in {@link #MARKER_TABLE} for each
         * transaction, and no round trip. Ends in a {@link dev.evenkeel.error.CommitOutcomeUnknownException} only when no
         * primary can be asked before the deadline. Ignored by a transaction that joins another one.
         */
        public Builder exactlyOnce() {
            this.exactlyOnce = true;
            return this;
        }

        public Builder nesting(Nesting kind) {
            this.nesting = kind;
            return this;
        }

        public Builder label(String name) {
            this.label = name;
            return this;
        }

        public TransactionOptions build() {
            return new TransactionOptions(
                    isolation, readOnly, deferrable, timeout, retry, consistency, exactlyOnce, nesting, label);
        }
    }
}
