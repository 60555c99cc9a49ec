package dev.evenkeel.error;

import static org.assertj.core.api.Assertions.assertThat;

import io.r2dbc.spi.R2dbcNonTransientResourceException;
import io.r2dbc.spi.R2dbcTransientResourceException;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.pool.PoolShutdownException;

class FailureClassifierTest {

    private static DatabaseException classify(String sqlState, Phase phase) {
        // The class says the opposite of the truth on purpose: only the code may count.
        Throwable thrown = new R2dbcTransientResourceException("said the server", sqlState);
        return (DatabaseException) FailureClassifier.classify(thrown, phase, "db:5432", "r-1");
    }

    static Stream<Arguments> decisions() {
        return Stream.of(
                Arguments.of("40001", Phase.IN_TRANSACTION, TransactionConflictException.class, true),
                Arguments.of("40001", Phase.COMMITTING, TransactionConflictException.class, true),
                Arguments.of("40P01", Phase.IN_TRANSACTION, TransactionConflictException.class, true),
                Arguments.of("40P01", Phase.AUTOCOMMIT, TransactionConflictException.class, false),
                Arguments.of("40003", Phase.COMMITTING, QueryFailedException.class, false),
                Arguments.of("08006", Phase.CONNECTING, NodeUnavailableException.class, true),
                Arguments.of("08003", Phase.CONNECTING, NodeUnavailableException.class, true),
                Arguments.of("08006", Phase.READING, ConnectionLostException.class, true),
                Arguments.of("08006", Phase.IN_TRANSACTION, ConnectionLostException.class, true),
                Arguments.of("08006", Phase.STATEMENT, ConnectionLostException.class, false),
                Arguments.of("08006", Phase.AUTOCOMMIT, ConnectionLostException.class, false),
                Arguments.of("08006", Phase.COMMITTING, CommitOutcomeUnknownException.class, false),
                Arguments.of("57P01", Phase.IN_TRANSACTION, ConnectionLostException.class, true),
                Arguments.of("57P01", Phase.COMMITTING, CommitOutcomeUnknownException.class, false),
                Arguments.of("57P02", Phase.AUTOCOMMIT, ConnectionLostException.class, false),
                Arguments.of("25P03", Phase.IN_TRANSACTION, ConnectionLostException.class, true),
                Arguments.of("57P03", Phase.CONNECTING, NodeUnavailableException.class, true),
                Arguments.of("53300", Phase.CONNECTING, NodeUnavailableException.class, true),
                Arguments.of("25006", Phase.IN_TRANSACTION, NodeUnavailableException.class, true),
                Arguments.of("25006", Phase.REPEATABLE, NodeUnavailableException.class, true),
                Arguments.of("08006", Phase.REPEATABLE, ConnectionLostException.class, true),
                Arguments.of("25006", Phase.READING, QueryFailedException.class, false),
                Arguments.of("28P01", Phase.CONNECTING, AuthenticationFailedException.class, false),
                Arguments.of("28000", Phase.CONNECTING, AuthenticationFailedException.class, false),
                Arguments.of("3D000", Phase.CONNECTING, AuthenticationFailedException.class, false),
                Arguments.of("23505", Phase.IN_TRANSACTION, ConstraintViolatedException.class, false),
                Arguments.of("40002", Phase.COMMITTING, ConstraintViolatedException.class, false),
                Arguments.of("42P01", Phase.STATEMENT, SchemaMismatchException.class, false),
                Arguments.of("42501", Phase.STATEMENT, QueryFailedException.class, false),
                Arguments.of("42601", Phase.STATEMENT, QueryFailedException.class, false),
                Arguments.of("22012", Phase.STATEMENT, QueryFailedException.class, false),
                Arguments.of("57014", Phase.STATEMENT, DeadlineExceededException.class, false),
                Arguments.of("55P03", Phase.IN_TRANSACTION, QueryFailedException.class, false),
                Arguments.of("53100", Phase.IN_TRANSACTION, QueryFailedException.class, false),
                Arguments.of("XX000", Phase.IN_TRANSACTION, QueryFailedException.class, false),
                Arguments.of(null, Phase.STATEMENT, QueryFailedException.class, false));
    }

    @ParameterizedTest(name = "{0} while {1} is {2}, safe to retry: {3}")
    @MethodSource("decisions")
    void decidesBySqlStateAndPhase(String code, Phase phase, Class<?> leaf, boolean safe) {
        DatabaseException failure = classify(code, phase);

        assertThat(failure).isInstanceOf(leaf);
        assertThat(failure.safeToRetry()).isEqualTo(safe);
        assertThat(failure.requestId()).isEqualTo("r-1");
        assertThat(failure.details()).containsEntry("node", "db:5432");
        assertThat(failure.timestamp()).isNotNull();
        assertThat(failure.getCause()).isInstanceOf(R2dbcTransientResourceException.class);
    }

    @ParameterizedTest
    @EnumSource(SqlState.class)
    void everyStateButTheUnknownOneHasARemedy(SqlState state) {
        List<String> remedies = Suggestions.forState(state, "00000");

        assertThat(remedies).hasSizeLessThanOrEqualTo(4);
        assertThat(remedies.isEmpty()).isEqualTo(state == SqlState.OTHER);
    }

    @Test
    void numbersTheRemediesInTheMessage() {
        assertThat(classify("08006", Phase.CONNECTING))
                .hasMessageContaining("\n  1. check that the server runs")
                .hasMessageContaining("\n  2. ");
    }

    @Test
    void leavesWhatTheUsersFunctionThrowsAlone() {
        IllegalStateException own = new IllegalStateException("own");

        assertThat(FailureClassifier.classify(own, Phase.IN_TRANSACTION, "n", "r"))
                .isSameAs(own);
    }

    @Test
    void doesNotWrapTwice() {
        DatabaseException once = classify("40001", Phase.IN_TRANSACTION);

        assertThat(FailureClassifier.classify(once, Phase.COMMITTING, "n", "r")).isSameAs(once);
    }

    @Test
    void takesABrokenSocketForALostConnectionOnlyWhileConnecting() {
        IOException broken = new IOException("reset");

        assertThat(FailureClassifier.classify(broken, Phase.CONNECTING, "n", "r"))
                .isInstanceOf(NodeUnavailableException.class);
        assertThat(FailureClassifier.classify(broken, Phase.IN_TRANSACTION, "n", "r"))
                .as("it may be an error of the user's own function")
                .isSameAs(broken);
    }

    @Test
    void takesAClosedPoolForAClosedManager() {
        assertThat(FailureClassifier.classify(new PoolShutdownException(), Phase.CONNECTING, "n", "r"))
                .isInstanceOf(ManagerClosedException.class);
    }

    @Test
    void doesNotRepeatThePasswordOfAUrlThatTheDriverQuotes() {
        Throwable quoting =
                new R2dbcNonTransientResourceException("cannot reach r2dbc:postgresql://app:s3cret@db/x", "08001");

        assertThat(FailureClassifier.classify(quoting, Phase.CONNECTING, "n", "r"))
                .hasMessageNotContaining("s3cret");
    }
}
