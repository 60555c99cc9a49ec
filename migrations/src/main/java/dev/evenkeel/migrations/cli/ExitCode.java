package dev.evenkeel.migrations.cli;

import dev.evenkeel.error.DatabaseException;
import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.InvalidConfigurationException;
import java.io.UncheckedIOException;

/** What the command line tells the shell. */
final class ExitCode {

    static final int DONE = 0;
    /** It was asked whether all is well, and it is not. */
    static final int FINDING = 1;
    /** Wrong usage or settings, such as a file that is not there. */
    static final int USAGE = 2;
    /** It was tried, and failed. */
    static final int FAILED = 3;
    /** There is no database, or it does not let us in. */
    static final int UNREACHABLE = 4;

    private ExitCode() {}

    static int of(Throwable error) {
        if (error instanceof InvalidConfigurationException || error instanceof UncheckedIOException) {
            return USAGE;
        }
        if (!(error instanceof DatabaseException known)) {
            return FAILED;
        }
        if (known.code().equals("EFFECT_REFUSED")) {
            return FINDING;
        }
        return known.type() == ErrorType.CONNECTION ? UNREACHABLE : FAILED;
    }
}
