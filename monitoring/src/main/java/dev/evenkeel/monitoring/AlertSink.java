package dev.evenkeel.monitoring;

import reactor.core.publisher.Mono;

/**
 * Takes alerts to somebody. Gets one after the other, the next one when the one before is delivered; a slow sink delays nobody
 * else, and misses the oldest when too many wait. An error is logged, and the alert is lost for this sink.
 */
@FunctionalInterface
public interface AlertSink {

    Mono<Void> deliver(Alert alert);
}
