package dev.evenkeel.migrations.session;

import dev.evenkeel.error.AuthenticationFailedException;
import dev.evenkeel.error.DatabaseException;
import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.MigrationException;
import dev.evenkeel.error.NodeUnavailableException;
import dev.evenkeel.error.Redaction;
import dev.evenkeel.error.SqlState;
import dev.evenkeel.migrations.session.Progress.Running;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** Turns what Flyway and the JDBC driver throw into exceptions that say where the migration stopped and what to do. */
final class MigrationFailures {

    /** A statement that must not be in a transaction was sent in one. */
    private static final String ACTIVE_TRANSACTION = "25001";

    private MigrationFailures() {}

    /** While the session was opened. */
    static DatabaseException connecting(SQLException error) {
        String state = state(error);
        Failure failure = Failure.of(
                        state,
                        ErrorType.CONNECTION,
                        "Cannot open a connection to migrate with: " + text(error),
                        "check that the credentials and TLS settings of the manager work for JDBC, too",
                        "check that the server takes one more connection")
                .causedBy(error);
        return SqlState.of(state) == SqlState.LOGIN_REFUSED
                ? new AuthenticationFailedException(failure)
                : new NodeUnavailableException(failure.retryable(true));
    }

    /** While scripts ran. */
    static Throwable running(Throwable error, Running where) {
        // Flyway wraps what its callbacks throw.
        Optional<Throwable> ours = causes(error)
                .filter(cause -> cause instanceof DatabaseException || cause instanceof CancellationException)
                .findFirst();
        if (ours.isPresent()) {
            return ours.get();
        }
        Optional<SQLException> sql = causes(error)
                .filter(SQLException.class::isInstance)
                .map(SQLException.class::cast)
                .findFirst();
        String state = sql.map(MigrationFailures::state).orElse("MIGRATION_FAILED");
        String what = sql.map(MigrationFailures::text).orElseGet(() -> String.valueOf(error.getMessage()));
        boolean lost = SqlState.of(state).endsConnection();
        return new MigrationException(Failure.of(
                        state,
                        ErrorType.SCHEMA,
                        "%s: %s [%s]%s".formatted(place(where), what, state, left(where, lost)))
                .suggesting(remedies(state, where))
                .with(facts(where))
                .retryable(lost && where.transactional())
                .causedBy(error));
    }

    private static Stream<Throwable> causes(Throwable error) {
        return Stream.iterate(error, cause -> cause != null, MigrationFailures::causeOf);
    }

    private static @Nullable Throwable causeOf(@Nullable Throwable error) {
        return error == null ? null : error.getCause();
    }

    static boolean isLockTimeout(Throwable error) {
        return causes(error)
                .anyMatch(
                        cause -> cause instanceof SQLException sql && state(sql).equals("55P03"));
    }

    private static String place(Running where) {
        if (where.script() == null) {
            return "The migration failed";
        }
        return where.number() == 0
                ? where.script() + " failed"
                : "%s failed at statement %d (%s)".formatted(where.script(), where.number(), where.outline());
    }

    private static String left(Running where, boolean lost) {
        if (where.script() == null) {
            return "";
        }
        if (where.cleared()) {
            return "; nothing of it is there any more";
        }
        if (!where.transactional()) {
            return "; it does not run in a transaction, so part of it may be there";
        }
        return lost
                ? "; it is applied with its row in the history, or not at all"
                : "; nothing of it was applied, what ran before it stays";
    }

    private static List<String> remedies(String state, Running where) {
        if (state.equals(ACTIVE_TRANSACTION)) {
            return List.of(
                    "give the statement a script of its own, and beside it a file %s.conf with executeInTransaction=false"
                            .formatted(where.script() == null ? "<script>" : where.script()));
        }
        return switch (SqlState.of(state)) {
            case NOT_PERMITTED ->
                List.of(
                        "grant the missing right to the role that migrates",
                        "let a role of its own migrate: MigrationConfig.builder().credentials(...)");
            case CONNECTION_FAILURE, SESSION_TERMINATED -> List.of("run the migrations again once the server is there");
            case LOCK_NOT_AVAILABLE ->
                List.of(
                        "run the migrations again when the sessions in details() are gone",
                        "raise migrations.lockBudget, or migrations.lockTimeout if everybody may wait that long");
            case CANCELED -> List.of("somebody cancelled the statement, or a timeout of the server did: run it again");
            default ->
                where.leavesNothing()
                        ? List.of("correct the script and run the migrations again: it is not in the history")
                        : List.of(
                                "undo by hand what it has done",
                                "run Flyway's repair, correct the script, and run the migrations again");
        };
    }

    private static Map<String, String> facts(Running where) {
        return where.script() == null
                ? Map.of()
                : Map.of(
                        "script",
                        where.script(),
                        "statement",
                        String.valueOf(where.number()),
                        "outline",
                        where.outline());
    }

    private static String state(SQLException error) {
        return Optional.ofNullable(error.getSQLState()).orElse("UNKNOWN");
    }

    private static String text(SQLException error) {
        ServerErrorMessage server = error instanceof PSQLException postgres ? postgres.getServerErrorMessage() : null;
        return Redaction.serverMessage(error.getSQLState(), server == null ? error.getMessage() : server.getMessage());
    }
}
