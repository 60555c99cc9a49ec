package dev.evenkeel.examples.orders;

import dev.evenkeel.error.DatabaseException;
import dev.evenkeel.error.DeadlineExceededException;
import dev.evenkeel.error.ManagerClosedException;
import dev.evenkeel.error.NodeUnavailableException;
import dev.evenkeel.error.PoolExhaustedException;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** Makes a problem document out of whatever the database could not do. */
@RestControllerAdvice
class DatabaseProblems {

    private static final Logger log = LoggerFactory.getLogger(DatabaseProblems.class);
    private static final Duration SHORT_PAUSE = Duration.ofSeconds(1);

    @ExceptionHandler
    ResponseEntity<ProblemDetail> explain(DatabaseException failure) {
        log.warn("Call {} failed: {}", failure.requestId(), failure.getMessage());
        return passes(failure)
                ? ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)
                        .header(
                                HttpHeaders.RETRY_AFTER,
                                String.valueOf(pause(failure).toSeconds()))
                        .body(problem(failure, HttpStatus.SERVICE_UNAVAILABLE))
                : ResponseEntity.internalServerError().body(problem(failure, HttpStatus.INTERNAL_SERVER_ERROR));
    }

    private static Duration pause(DatabaseException failure) {
        return failure instanceof PoolExhaustedException exhausted ? exhausted.retryAfter() : SHORT_PAUSE;
    }

    /** Whether the same request is likely to succeed a little later. */
    private static boolean passes(DatabaseException failure) {
        return failure.safeToRetry()
                || failure instanceof PoolExhaustedException
                || failure instanceof NodeUnavailableException
                || failure instanceof DeadlineExceededException
                || failure instanceof ManagerClosedException;
    }

    private static ProblemDetail problem(DatabaseException failure, HttpStatus status) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(
                status, failure.getMessage().lines().findFirst().orElse(""));
        problem.setType(URI.create("urn:evenkeel:" + failure.type().name().toLowerCase(Locale.ROOT)));
        problem.setProperty("code", failure.code());
        problem.setProperty("requestId", failure.requestId());
        problem.setProperty("suggestions", failure.suggestions());
        return problem;
    }
}
