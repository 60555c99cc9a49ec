package dev.evenkeel.config;

import reactor.core.publisher.Mono;

/**
 * Says whom to trust and who we are, anew when a connection is opened: for certificates that are rotated. Ready-made for
 * files: {@link CertificateFiles}.
 *
 * <p>Asked on a thread that may block, for each server, and its answer is used for up to a second. An answer that is an error or
 * cannot be used, such as a key without its new certificate, leaves the last good one in use and is logged; only the first one
 * is the error of the connection. Connections that are open stay open: {@code rotateConnections()} replaces them.
 */
@FunctionalInterface
public interface CertificateSource {

    /** Emits the certificates of this moment; an empty answer counts as an error. */
    Mono<Certificates> current();
}
