package dev.evenkeel.spring.transaction;

import dev.evenkeel.error.CommitOutcomeUnknownException;
import org.springframework.transaction.TransactionSystemException;

/**
 * A COMMIT without an answer, in the words of Spring's transaction machinery: of all exceptions only a
 * {@code TransactionException} keeps it from rolling back, and from telling synchronizations that it did.
 */
final class CommitInDoubt extends TransactionSystemException {

    private static final long serialVersionUID = 1L;

    private final CommitOutcomeUnknownException doubt;

    CommitInDoubt(CommitOutcomeUnknownException doubt) {
        super("The outcome of COMMIT is unknown", doubt);
        this.doubt = doubt;
    }

    CommitOutcomeUnknownException doubt() {
        return doubt;
    }
}
