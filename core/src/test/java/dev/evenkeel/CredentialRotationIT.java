package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.config.CredentialSource;
import dev.evenkeel.config.Credentials;
import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.error.AuthenticationFailedException;
import dev.evenkeel.error.NodeUnavailableException;
import dev.evenkeel.testkit.LeakCheck;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

@WithPostgres(user = "app", password = "first", isolated = true)
class CredentialRotationIT {

    private final PostgresCluster cluster;
    private final AtomicInteger asked = new AtomicInteger();
    private volatile Credentials login = Credentials.of("app", "first");
    private ReactiveDatabaseManager db;

    CredentialRotationIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void prepare(LeakCheck leaks) {
        cluster.primary().execute("alter role app password 'first'");
        cluster.primary().execute(Load.TABLE);
        cluster.primary().execute("drop role if exists app_other; create role app_other login in role app");
        cluster.primary().execute("alter table written owner to app");
        leaks.watch("leased connections", () -> db == null ? 0 : db.metrics().leased());
    }

    @AfterEach
    void stop() {
        if (db != null) {
            db.shutdown().block(PATIENCE);
        }
    }

    private DatabaseConfig config(CredentialSource source) {
        return DatabaseConfig.builder()
                .primary("r2dbc:postgresql://%s:%d/postgres"
                        .formatted(cluster.primary().host(), cluster.primary().port()))
                .credentials(source)
                .pool(PoolConfig.builder().minSize(4).maxSize(4).build())
                .build();
    }

    private Mono<Credentials> vault() {
        return Mono.fromSupplier(() -> {
            asked.incrementAndGet();
            assertThat(Schedulers.isInNonBlockingThread()).isFalse();
            return login;
        });
    }

    /** Two roles take turns, so that there is always one whose password is known on both sides. */
    @Test
    void credentialsThatChangeUnderLoadFailNoCall() {
        db = Databases.start(config(this::vault));
        Load load = Load.start(db, 3, 3);
        load.nextWrite();

        for (int i = 0; i < 5; i++) {
            String next = "secret" + i;
            String idle = login.user().equals("app") ? "app_other" : "app";
            cluster.primary().execute("alter role %s password '%s'".formatted(idle, next));
            login = Credentials.of(idle, next);
            db.rotateConnections().block(PATIENCE);
            load.nextWrite();
        }
        load.stop();

        assertThat(load.failedWrites()).isEmpty();
        assertThat(load.failedReads()).isEmpty();
        assertThat(load.missingOn(cluster.primary())).isEmpty();
        assertThat(db.metrics().history().values()).allMatch(pool -> pool.opened() > 8);
    }

    @Test
    void anAnswerThatHasJustBecomeStaleIsAskedForAgain() {
        AtomicInteger turn = new AtomicInteger();
        CredentialSource late = () ->
                Mono.fromSupplier(() -> Credentials.of("app", turn.getAndIncrement() == 0 ? "yesterday's" : "first"));

        db = Databases.start(config(late));

        assertThat(db.query("select 1").one(row -> row.get(0, Integer.class)).block(PATIENCE))
                .isEqualTo(1);
    }

    @Test
    void aPasswordThatStaysWrongIsNotTriedAgainAndAgain() {
        login = Credentials.of("app", "wrong");

        StepVerifier.create(ReactiveDatabaseManager.start(config(this::vault)))
                .verifyErrorSatisfies(error -> assertThat(error)
                        .isInstanceOf(AuthenticationFailedException.class)
                        .hasMessageNotContaining("wrong"));
        assertThat(asked).hasValueLessThanOrEqualTo(3);
    }

    @Test
    void aSourceThatHangsIsBoundedByTheConnectTimeout() {
        DatabaseConfig config = DatabaseConfig.builder()
                .primary(cluster.url(cluster.primary()))
                .credentials((CredentialSource) Mono::never)
                .pool(PoolConfig.builder()
                        .connectTimeout(Duration.ofMillis(300))
                        .build())
                .build();

        StepVerifier.create(ReactiveDatabaseManager.start(config)).verifyError(NodeUnavailableException.class);
    }
}
