package dev.evenkeel.monitoring;

import java.time.Duration;
import java.time.Instant;

/**
 * What a statement cost on one server, as pg_stat_statements counts it, all clients together. Immutable.
 *
 * @param node {@code host:port}
 * @param since the figures cover the time from here on: the reading before, or when the server began to count
 * @param total execution only, without planning
 * @param rows returned or changed
 * @param blocksHit 8 kB blocks that were found in shared buffers
 * @param blocksRead 8 kB blocks that were not
 * @param tempBlocks 8 kB blocks that were written to temporary files
 * @param walBytes write-ahead log that it made
 */
public record ServerTimes(
        String node,
        Instant since,
        long calls,
        Duration total,
        Duration mean,
        long rows,
        long blocksHit,
        long blocksRead,
        long tempBlocks,
        long walBytes) {}
