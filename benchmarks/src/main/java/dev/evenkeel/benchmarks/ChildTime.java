package dev.evenkeel.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** What those child processes have computed that have ended, as Linux counts it. */
final class ChildTime {

    private static final Path STATUS = Path.of("/proc/self/stat");

    /** Linux's unit in this file is the same on all machines. */
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** Behind the name of the program, which may have blanks in it. */
    private static final int USER_COLUMN = 13;

    private ChildTime() {}

    /** {@link Double#NaN} where it is not counted. */
    static double nanos() {
        try {
            String status = Files.readString(STATUS);
            String[] columns = status.substring(status.lastIndexOf(')') + 2).split(" ", -1);
            return TICK_NANOS * (Long.parseLong(columns[USER_COLUMN]) + Long.parseLong(columns[USER_COLUMN + 1]));
        } catch (IOException e) {
            return Double.NaN;
        }
    }
}
