package dev.evenkeel.stage;

import dev.evenkeel.node.Lease;
import org.reactivestreams.Publisher;

/** What a call does once it has a connection. Asked again for each attempt. */
@FunctionalInterface
public interface Work<T> {

    Publisher<? extends T> on(Lease lease);
}
