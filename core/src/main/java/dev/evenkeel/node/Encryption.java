package dev.evenkeel.node;

import dev.evenkeel.config.Certificates;
import dev.evenkeel.config.TlsConfig;
import dev.evenkeel.config.TlsConfig.Mode;
import dev.evenkeel.error.DatabaseException;
import dev.evenkeel.error.EncryptionFailedException;
import dev.evenkeel.error.EncryptionFailedException.Reason;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.r2dbc.postgresql.PostgresqlConnectionConfiguration;
import io.r2dbc.postgresql.client.SSLMode;
import java.util.Objects;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * How the connections to one server are encrypted. Thread-safe.
 *
 * <p>How this works: before a connection is opened the source of certificates is asked, and what it says is made ready unless
 * it is what is known already. The driver asks for its settings at each handshake and gets the latest ones, also when a session
 * of long ago sends a cancel request: that is a connection of its own, to a server whose certificate may be a new one.
 */
public final class Encryption {

    private static final Logger log = LoggerFactory.getLogger(Encryption.class);

    private final TlsConfig tls;
    private final String node;
    private final String host;
    private final RecentAnswer<TlsKeys> source;
    private volatile @Nullable TlsKeys latest;
    private volatile @Nullable String complaint;

    /** Of the connections to this {@code host}, called {@code node} in messages. */
    public Encryption(TlsConfig tls, String node, String host, Scheduler timer) {
        this.tls = tls;
        this.node = node;
        this.host = host;
        this.source = new RecentAnswer<>("the certificate source", Mono.defer(this::ask), timer);
    }

    private boolean isOff() {
        return tls.mode() == Mode.DISABLED;
    }

    /** Makes an attempt to connect with the certificates of this moment; what is wrong with them is put into words. */
    <T> Mono<T> with(Mono<T> attempt) {
        return isOff()
                ? attempt
                : source.use(
                        keys -> usable(keys).then(attempt).onErrorMap(error -> explain(error, keys)),
                        EncryptionFailedException.class::isInstance);
    }

    private static Mono<Void> usable(TlsKeys keys) {
        try {
            keys.requireValidClient();
            return Mono.empty();
        } catch (EncryptionFailedException e) {
            return Mono.error(e);
        }
    }

    private static Throwable explain(Throwable error, TlsKeys keys) {
        EncryptionFailedException known = EncryptionFailedException.in(error, keys.describeClient());
        return known == null ? error : known;
    }

    private Mono<TlsKeys> ask() {
        return tls.certificates()
                .current()
                .map(this::take)
                .doOnNext(keys -> complaint = null)
                .onErrorResume(this::keepLatest);
    }

    private TlsKeys take(Certificates certificates) {
        TlsKeys known = latest;
        if (known != null && known.areOf(certificates)) {
            return known;
        }
        TlsKeys fresh = TlsKeys.of(certificates);
        latest = fresh;
        return fresh;
    }

    /** Files are replaced one after the other: what does not fit yet must not cost a connection. */
    private Mono<TlsKeys> keepLatest(Throwable problem) {
        TlsKeys known = latest;
        String text = String.valueOf(problem.getMessage());
        if (known == null) {
            return Mono.error(
                    problem instanceof DatabaseException
                            ? problem
                            : new EncryptionFailedException(
                                    Reason.CERTIFICATES_UNAVAILABLE,
                                    "is not asked: there are no certificates (%s)".formatted(text),
                                    problem));
        }
        if (!text.equals(complaint)) {
            complaint = text;
            log.warn("The certificates for {} cannot be renewed, the last ones stay in use: {}", node, text);
        }
        return Mono.just(known);
    }

    /** Sockets that are encrypted in the same way, for a client that is not the driver; empty when nothing is encrypted. */
    public Mono<SSLSocketFactory> sockets() {
        return isOff()
                ? Mono.empty()
                : source.use(keys -> usable(keys).then(Mono.fromCallable(this::socketFactory)), refused -> false);
    }

    private SSLSocketFactory socketFactory() throws SSLException {
        SslContextBuilder context = configure(SslContextBuilder.forClient().sslProvider(SslProvider.JDK));
        if (tls.mode() == Mode.UNVERIFIED) {
            context.trustManager(InsecureTrustManagerFactory.INSTANCE);
        }
        return ((JdkSslContext) context.build()).context().getSocketFactory();
    }

    void into(PostgresqlConnectionConfiguration.Builder builder) {
        builder.sslMode(
                        switch (tls.mode()) {
                            case DISABLED -> SSLMode.DISABLE;
                            case UNVERIFIED -> SSLMode.REQUIRE;
                            // The host name is checked by ServerTrust, too, and better.
                            case VERIFY_CA, VERIFY_FULL -> SSLMode.VERIFY_CA;
                        })
                .sslContextBuilderCustomizer(this::configure);
    }

    private SslContextBuilder configure(SslContextBuilder context) {
        TlsKeys keys = Objects.requireNonNull(latest, "opened before it was ready");
        // Netty 4.2 would check the name as well, but does not know it when it is an address.
        context.endpointIdentificationAlgorithm(null);
        if (tls.mode() != Mode.UNVERIFIED) {
            keys.verify(context, tls.mode() == Mode.VERIFY_FULL ? host : null);
        }
        keys.identify(context);
        return context;
    }
}
