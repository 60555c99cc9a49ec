package dev.evenkeel.config;

import reactor.core.publisher.Mono;

/**
 * Says who logs in, anew each time that a connection is opened: for passwords that are rotated, or tokens that expire.
 *
 * <p>Asked on a thread that may block, by one caller at a time for each manager; its answer is used for up to a second, and not
 * at all any more once a server has refused it. An error, or an answer that takes longer than the connect timeout, is that of
 * the connection. Connections that are open stay open: {@code rotateConnections()} replaces them.
 */
@FunctionalInterface
public interface CredentialSource {

    /** Emits the credentials of this moment; an empty answer counts as an error. */
    Mono<Credentials> current();
}
