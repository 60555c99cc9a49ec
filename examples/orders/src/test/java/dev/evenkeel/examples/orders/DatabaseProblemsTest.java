package dev.evenkeel.examples.orders;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.error.DatabaseException;
import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.PoolExhaustedException;
import dev.evenkeel.error.QueryFailedException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;

class DatabaseProblemsTest {

    @Test
    void sendsAwayWhoeverFindsNoFreeConnectionForAsLongAsTheManagerSays() {
        ResponseEntity<ProblemDetail> answer = explain(new PoolExhaustedException(
                Failure.of("POOL_EXHAUSTED", ErrorType.PERFORMANCE, "No connection became free", "hold them shorter")
                        .in("call-1"),
                Duration.ofSeconds(3),
                Duration.ofSeconds(3)));

        assertThat(answer.getStatusCode()).isEqualTo(HttpStatus.SERVICE_UNAVAILABLE);
        assertThat(answer.getHeaders().getFirst(HttpHeaders.RETRY_AFTER)).isEqualTo("3");
        assertThat(answer.getBody()).satisfies(problem -> {
            assertThat(problem.getType()).isEqualTo(URI.create("urn:evenkeel:performance"));
            assertThat(problem.getDetail()).isEqualTo("No connection became free");
            assertThat(problem.getProperties())
                    .containsEntry("code", "POOL_EXHAUSTED")
                    .containsEntry("requestId", "call-1")
                    .containsEntry("suggestions", List.of("hold them shorter"));
        });
    }

    @Test
    void takesTheBlameForAStatementThatTheServerRefuses() {
        ResponseEntity<ProblemDetail> answer =
                explain(new QueryFailedException(Failure.of("22012", ErrorType.QUERY, "division by zero")));

        assertThat(answer.getStatusCode()).isEqualTo(HttpStatus.INTERNAL_SERVER_ERROR);
        assertThat(answer.getHeaders().containsHeader(HttpHeaders.RETRY_AFTER)).isFalse();
    }

    private static ResponseEntity<ProblemDetail> explain(DatabaseException failure) {
        return new DatabaseProblems().explain(failure);
    }
}
