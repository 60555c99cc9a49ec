package dev.evenkeel.testkit;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The small System V segment every server owns; one that was killed cannot remove its own. */
final class SharedMemory {

    private static final Logger LOG = LoggerFactory.getLogger(SharedMemory.class);
    private static final int SEGMENT_LINE = 6;

    private SharedMemory() {}

    /** Removes the segment named in a {@code postmaster.pid}; the server must be dead. */
    static void removeSegmentOf(List<String> pidFile) {
        if (pidFile.size() <= SEGMENT_LINE) {
            return;
        }
        String[] keyAndId = pidFile.get(SEGMENT_LINE).trim().split("\\s+", 2);
        if (keyAndId.length < 2) {
            return;
        }
        try {
            new ProcessBuilder("ipcrm", "-m", keyAndId[1])
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor(5, TimeUnit.SECONDS);
        } catch (IOException e) {
            LOG.debug("Without ipcrm 56 bytes of shared memory stay until the next boot", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
