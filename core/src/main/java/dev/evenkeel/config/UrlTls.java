package dev.evenkeel.config;

import dev.evenkeel.config.TlsConfig.Mode;
import dev.evenkeel.error.InvalidConfigurationException;
import io.r2dbc.spi.ConnectionFactoryOptions;
import io.r2dbc.spi.Option;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the driver's TLS options in a URL. They do not reach the driver: it reads files once, compares the certificate with the
 * result of a reverse look-up, and has modes that fall back to plaintext.
 */
final class UrlTls {

    private static final Set<String> OPTIONS =
            Set.of("ssl", "sslMode", "sslmode", "sslRootCert", "sslCert", "sslKey", "sslPassword");
    private static final String MODES = "verify-full, verify-ca, require or disable";

    private final String setting;
    private final ConnectionFactoryOptions url;

    private UrlTls(String setting, ConnectionFactoryOptions url) {
        this.setting = setting;
        this.url = url;
    }

    /**
     * What the URL says; plaintext when it says nothing. Whatever asks for TLS without a mode means {@link Mode#VERIFY_FULL}.
     *
     * @throws InvalidConfigurationException for a mode that may end in plaintext
     */
    static TlsConfig read(String setting, ConnectionFactoryOptions url) {
        return new UrlTls(setting, url).read();
    }

    /** The same without these options. */
    static ConnectionFactoryOptions without(ConnectionFactoryOptions url) {
        return ConnectionFactoryOptions.builder()
                .from(url, option -> !OPTIONS.contains(option.name()))
                .build();
    }

    private TlsConfig read() {
        if (text("sslHostnameVerifier") != null) {
            throw refused(
                    "sslHostnameVerifier", "set", "left out", "use sslMode=verify-full, or verify-ca without names");
        }
        Mode mode = mode();
        return mode == Mode.DISABLED ? TlsConfig.disabled() : new TlsConfig(mode, files());
    }

    private Mode mode() {
        String mode = text("sslMode");
        if (mode == null) {
            mode = text("sslmode");
        }
        boolean asked = Boolean.parseBoolean(text("ssl"));
        if (mode == null) {
            boolean material = text("sslRootCert") != null || text("sslCert") != null || text("sslKey") != null;
            return asked || material ? Mode.VERIFY_FULL : Mode.DISABLED;
        }
        return switch (mode.toLowerCase(Locale.ROOT).replace('_', '-')) {
            case "verify-full" -> Mode.VERIFY_FULL;
            case "verify-ca" -> Mode.VERIFY_CA;
            case "require" -> Mode.UNVERIFIED;
            case "disable" -> {
                if (asked) {
                    throw refused("sslMode", "disable although TLS is asked for", MODES, "leave one of them out");
                }
                yield Mode.DISABLED;
            }
            case "prefer", "allow" ->
                throw refused(
                        "sslMode",
                        mode + ", which may log in without encryption",
                        MODES,
                        "use verify-full, or disable where plaintext is meant");
            case "tunnel" ->
                throw refused(
                        "sslMode",
                        mode + ", which verifies nothing",
                        MODES,
                        "use sslNegotiation=tunnel together with sslMode=verify-full");
            default -> throw refused("sslMode", "'" + mode + "'", MODES, "use verify-full");
        };
    }

    private CertificateFiles files() {
        String password = text("sslPassword");
        return new CertificateFiles(
                path("sslRootCert"), path("sslCert"), path("sslKey"), password == null ? null : Secret.of(password));
    }

    private @Nullable Path path(String option) {
        String path = text(option);
        return path == null ? null : Require.readable(name(option), Path.of(path));
    }

    private @Nullable String text(String option) {
        Object value = url.getValue(Option.valueOf(option));
        return value == null ? null : value.toString();
    }

    private InvalidConfigurationException refused(String option, String value, String allowed, String remedy) {
        return InvalidConfigurationException.of(name(option), value, allowed, remedy);
    }

    private String name(String option) {
        return "%s (%s)".formatted(setting, option);
    }
}
