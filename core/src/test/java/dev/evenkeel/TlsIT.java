package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.evenkeel.config.CertificateFiles;
import dev.evenkeel.config.CertificateSource;
import dev.evenkeel.config.Credentials;
import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.config.RetryPolicy;
import dev.evenkeel.config.TlsConfig;
import dev.evenkeel.config.TlsConfig.Mode;
import dev.evenkeel.error.AuthenticationFailedException;
import dev.evenkeel.error.DatabaseException;
import dev.evenkeel.error.NodeUnavailableException;
import dev.evenkeel.testkit.CertificateAuthority;
import dev.evenkeel.testkit.CertificateAuthority.Issued;
import dev.evenkeel.testkit.Direction;
import dev.evenkeel.testkit.FaultProxy;
import dev.evenkeel.testkit.LeakCheck;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.TlsMaterial;
import dev.evenkeel.testkit.WithPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/** Who is let in by TLS, who is not and why, and certificates that change under load. */
@WithPostgres(tls = true, isolated = true)
class TlsIT {

    /** The first one in a JVM loads a thousand classes, on a machine that may be busy. */
    private static final Duration FIRST_HANDSHAKE = Duration.ofSeconds(15);

    private final Instant nextMonth = Instant.now().plus(Duration.ofDays(30));
    private final PostgresCluster cluster;
    private final TlsMaterial tls;

    @TempDir
    private Path files;

    private ReactiveDatabaseManager db;

    TlsIT(PostgresCluster cluster) {
        this.cluster = cluster;
        this.tls = cluster.tls();
    }

    @BeforeEach
    void prepare(LeakCheck leaks) {
        serve(tls.serverCertificate(), tls.authority());
        cluster.primary().execute(Load.TABLE);
        cluster.primary().execute("alter table written owner to " + TlsMaterial.CLIENT_USER);
        leaks.watch("leased connections", () -> db == null ? 0 : db.metrics().leased());
    }

    @AfterEach
    void stop() {
        if (db != null) {
            db.shutdown().block(PATIENCE);
        }
    }

    private void serve(Issued certificate, Path clientAuthorities) {
        cluster.useCertificate(cluster.primary(), certificate, clientAuthorities);
    }

    private DatabaseConfig.Builder config() {
        return Databases.config(cluster)
                .pool(PoolConfig.builder()
                        .minSize(3)
                        .maxSize(4)
                        .connectTimeout(FIRST_HANDSHAKE)
                        .build());
    }

    private DatabaseException refusal(DatabaseConfig config) {
        return catchThrowableOfType(
                DatabaseException.class,
                () -> db = ReactiveDatabaseManager.start(config).block(PATIENCE));
    }

    private DatabaseConfig asCertificateUser(CertificateSource certificates) {
        return config().credentials(new Credentials(TlsMaterial.CLIENT_USER, null))
                .tls(TlsConfig.verifyFull(certificates))
                .build();
    }

    /** What the server knows of our sessions: whether they are encrypted, and who vouches for their certificate. */
    private List<String> sessions(String column) {
        return cluster.primary()
                .queryAll("select %s::text from pg_stat_ssl join pg_stat_activity using (pid)".formatted(column)
                        + " where application_name = 'evenkeel'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "localhost"})
    void aServerThatProvesItselfIsTalkedToInSecret(String host) {
        String url = cluster.url(cluster.primary()).replace("127.0.0.1", host);

        db = Databases.start(
                config().primary(url).tls(TlsConfig.verifyFull(tls.authority())).build());

        assertThat(sessions("ssl")).hasSizeGreaterThan(3).containsOnly("true");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "?ssl=true&sslRootCert=",
                "?sslRootCert=",
                "?sslMode=verify-full&sslRootCert=",
                "?sslmode=verify-ca&sslRootCert=",
                "?sslMode=require&application_name="
            })
    void noModeOfAUrlSendsAnythingThatCanBeRead(String options) {
        try (FaultProxy proxy = FaultProxy.to("127.0.0.1", cluster.primary().port())) {
            long[] readable = new long[1];
            proxy.onMessage((direction, type) -> readable[0]++);
            String url = "r2dbc:postgresql://postgres@127.0.0.1:%d/postgres".formatted(proxy.port());

            db = Databases.start(
                    config().primary(url + options + tls.authority()).build());
            db.rotateConnections().block(PATIENCE);

            assertThat(proxy.bytes(Direction.TO_SERVER)).isPositive();
            assertThat(readable[0]).isZero();
            db.shutdown().block(PATIENCE);
        }
    }

    @Test
    void anAuthorityThatNobodyTrustsIsRefusedByName() {
        DatabaseException refused = refusal(
                config().tls(TlsConfig.verifyFull(tls.strangerAuthority())).build());

        assertThat(refused).isInstanceOf(NodeUnavailableException.class);
        assertThat(refused.code()).isEqualTo("CERTIFICATE_UNTRUSTED");
        assertThat(refused)
                .hasMessageContaining("127.0.0.1:" + cluster.primary().port())
                .hasMessageContaining("issued by CN=evenkeel test authority")
                .hasMessageContaining("give the authority");
    }

    @Test
    void theAuthoritiesOfTheJvmDoNotVouchForOurServer() {
        assertThat(refusal(config().tls(TlsConfig.verifyFull()).build()).code()).isEqualTo("CERTIFICATE_UNTRUSTED");
    }

    @Test
    void aCertificateOfAnotherHostIsRefusedWithItsNamesUnlessOnlyTheAuthorityCounts() {
        serve(tls.issuer().server(nextMonth, "db.elsewhere", "10.9.8.7"), tls.authority());

        DatabaseException refused =
                refusal(config().tls(TlsConfig.verifyFull(tls.authority())).build());

        assertThat(refused).isInstanceOf(NodeUnavailableException.class);
        assertThat(refused.code()).isEqualTo("CERTIFICATE_WRONG_HOST");
        assertThat(refused).hasMessageContaining("good for db.elsewhere, 10.9.8.7, but not for '127.0.0.1'");

        db = Databases.start(config().tls(new TlsConfig(Mode.VERIFY_CA, CertificateFiles.trusting(tls.authority())))
                .build());
        assertThat(sessions("ssl")).isNotEmpty().containsOnly("true");
    }

    @ParameterizedTest
    @ValueSource(strings = {"VERIFY_FULL", "VERIFY_CA"})
    void anExpiredCertificateIsRefusedWithItsDate(Mode mode) {
        Instant yesterday = Instant.now().minus(Duration.ofDays(1));
        serve(tls.issuer().server(yesterday, "localhost", "127.0.0.1"), tls.authority());

        DatabaseException refused =
                refusal(config().tls(new TlsConfig(mode, CertificateFiles.trusting(tls.authority())))
                        .build());

        assertThat(refused).isInstanceOf(NodeUnavailableException.class);
        assertThat(refused.code()).isEqualTo("CERTIFICATE_EXPIRED");
        assertThat(refused)
                .hasMessageContaining("expired on " + yesterday.toString().substring(0, 16))
                .hasMessageContaining("subject CN=localhost")
                .hasMessageContaining("renew the server's certificate");
    }

    @Test
    void aClientCertificateReplacesThePassword() {
        db = Databases.start(asCertificateUser(
                CertificateFiles.trusting(tls.authority()).withClient(tls.clientCertificate(), tls.clientKey())));

        assertThat(db.query("select current_user::text")
                        .one(row -> row.get(0, String.class))
                        .block(PATIENCE))
                .isEqualTo(TlsMaterial.CLIENT_USER);
    }

    @Test
    void aMissingClientCertificateIsARefusedLogin() {
        DatabaseException refused = refusal(asCertificateUser(CertificateFiles.trusting(tls.authority())));

        assertThat(refused).isInstanceOf(AuthenticationFailedException.class);
        assertThat(refused)
                .hasMessageContaining("valid client certificate")
                .hasMessageContaining("tls.clientCertificate");
    }

    @Test
    void aClientCertificateOfAnUnknownAuthorityIsNamed() {
        Issued strange =
                CertificateAuthority.create(files, "nobody knows it").client(nextMonth, TlsMaterial.CLIENT_USER);

        DatabaseException refused = refusal(asCertificateUser(
                CertificateFiles.trusting(tls.authority()).withClient(strange.certificate(), strange.key())));

        assertThat(refused).isInstanceOf(AuthenticationFailedException.class);
        assertThat(refused.code()).isEqualTo("CLIENT_CERTIFICATE_REFUSED");
        assertThat(refused)
                .hasMessageContaining("subject CN=certificate_user")
                .hasMessageContaining("unknown_ca")
                .hasMessageContaining("ssl_ca_file");
    }

    @Test
    void aClientCertificateThatHasExpiredIsNotEvenShown() {
        Issued old = tls.issuer().client(Instant.now().minus(Duration.ofDays(2)), TlsMaterial.CLIENT_USER);

        DatabaseException refused = refusal(
                asCertificateUser(CertificateFiles.trusting(tls.authority()).withClient(old.certificate(), old.key())));

        assertThat(refused).isInstanceOf(AuthenticationFailedException.class);
        assertThat(refused.code()).isEqualTo("CLIENT_CERTIFICATE_EXPIRED");
        assertThat(refused).hasMessageContaining("subject CN=certificate_user, valid until ");
    }

    @Test
    void aKeyThatBelongsToAnotherCertificateStopsTheStart() {
        Issued other = tls.issuer().client(nextMonth, TlsMaterial.CLIENT_USER);

        DatabaseException refused = refusal(asCertificateUser(
                CertificateFiles.trusting(tls.authority()).withClient(tls.clientCertificate(), other.key())));

        assertThat(refused.code()).isEqualTo("CONFIG_INVALID");
        assertThat(refused)
                .hasMessageContaining("tls.clientKey")
                .hasMessageContaining("the key of another certificate");
    }

    @Test
    void aCertificateSourceThatFailsSaysSo() {
        DatabaseException refused =
                refusal(config().tls(TlsConfig.verifyFull(() -> Mono.error(new IOException("vault is sealed"))))
                        .build());

        assertThat(refused.code()).isEqualTo("CERTIFICATES_UNAVAILABLE");
        assertThat(refused).hasMessageContaining("vault is sealed");
    }

    /** First the server believes both authorities, then the client changes, then the server forgets the old one. */
    @Test
    void aClientCertificateThatChangesUnderLoadFailsNoCall() throws IOException {
        CertificateAuthority next = CertificateAuthority.create(files, "next client authority");
        Path certificate = replaced("client.crt", tls.clientCertificate());
        Path key = replaced("client.key", tls.clientKey());
        db = Databases.start(
                asCertificateUser(CertificateFiles.trusting(tls.authority()).withClient(certificate, key)));
        Load load = Load.start(db, 3, 3);
        load.nextWrite();

        serve(tls.serverCertificate(), bundle(tls.authority(), next.certificate()));
        Issued renewed = next.client(nextMonth, TlsMaterial.CLIENT_USER);
        replaced("client.crt", renewed.certificate());
        db.rotateConnections().block(PATIENCE);
        load.nextWrite();
        replaced("client.key", renewed.key());
        rotateUntilAllAreOf("next client authority");
        serve(tls.serverCertificate(), next.certificate());
        db.rotateConnections().block(PATIENCE);
        load.nextWrite();

        assertNothingFailed(load.stop());
    }

    /** First the client believes both authorities, then the server changes, then the client forgets the old one. */
    @Test
    void aServerCertificateAndItsAuthorityThatChangeUnderLoadFailNoCall() throws IOException {
        CertificateAuthority next = CertificateAuthority.create(files, "next server authority");
        Path trusted = replaced("trusted.crt", tls.authority());
        db = Databases.start(config().tls(TlsConfig.verifyFull(trusted)).build());
        Load load = Load.start(db, 3, 3);
        load.nextWrite();

        replaced("trusted.crt", bundle(tls.authority(), next.certificate()));
        serve(next.server(nextMonth, "localhost", "127.0.0.1"), tls.authority());
        db.rotateConnections().block(PATIENCE);
        load.nextWrite();
        replaced("trusted.crt", next.certificate());
        db.rotateConnections().block(PATIENCE);
        load.nextWrite();

        assertNothingFailed(load.stop());
    }

    private void assertNothingFailed(Load load) {
        assertThat(load.failedWrites()).isEmpty();
        assertThat(load.failedReads()).isEmpty();
        assertThat(load.missingOn(cluster.primary())).isEmpty();
    }

    /** The cancel request of an old session is a new connection, which meets the new certificate. */
    @Test
    void anOldSessionIsStoppedAlsoAfterTheAuthorityHasChanged() throws IOException {
        CertificateAuthority next = CertificateAuthority.create(files, "authority of today");
        Path trusted = replaced("trusted.crt", tls.authority());
        db = Databases.start(config().tls(TlsConfig.verifyFull(trusted)).build());
        Disposable sleeping = db.query("select pg_sleep(600)").rowsUpdated().subscribe();
        Databases.await("the server sleeps", () -> sleepers() == 1);

        replaced("trusted.crt", next.certificate());
        serve(next.server(nextMonth, "localhost", "127.0.0.1"), tls.authority());
        db.rotateConnections().block(PATIENCE);
        assertThat(one()).isEqualTo(1);
        sleeping.dispose();

        Databases.await("the server has stopped", () -> sleepers() == 0);
    }

    private int sleepers() {
        return cluster.primary()
                .queryAll("select pid::text from pg_stat_activity where wait_event = 'PgSleep'")
                .size();
    }

    @Test
    void openConnectionsGoOnWhenTheServersCertificateExpiresAndNewOnesSayWhyNot() {
        db = Databases.start(config().tls(TlsConfig.verifyFull(tls.authority()))
                .retry(RetryPolicy.none())
                .build());
        serve(tls.issuer().server(Instant.now().minusSeconds(1), "127.0.0.1"), tls.authority());
        assertThat(one()).isEqualTo(1);

        db.rotateConnections().onErrorComplete().block(PATIENCE);
        DatabaseException refused = catchThrowableOfType(DatabaseException.class, this::one);

        assertThat(refused).isInstanceOf(NodeUnavailableException.class);
        assertThat(refused.code()).isEqualTo("CERTIFICATE_EXPIRED");
        serve(tls.serverCertificate(), tls.authority());
        assertThat(one()).isEqualTo(1);
    }

    private Integer one() {
        return db.query("select 1").one(row -> row.get(0, Integer.class)).block(PATIENCE);
    }

    /** All but the probe's, which is kept as long as it answers. */
    private void rotateUntilAllAreOf(String authority) {
        Databases.await("all sessions are of " + authority, () -> {
            db.rotateConnections().block(PATIENCE);
            return sessions("issuer_dn").stream()
                            .filter(issuer -> !issuer.contains(authority))
                            .count()
                    <= 1;
        });
    }

    private Path replaced(String name, Path content) throws IOException {
        return Files.copy(content, files.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }

    private Path bundle(Path one, Path other) throws IOException {
        return Files.writeString(files.resolve("bundle.crt"), Files.readString(one) + Files.readString(other));
    }
}
