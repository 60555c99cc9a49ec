package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.HealthSnapshot.Role;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import org.junit.jupiter.api.Test;

/** The manager's role may be one that servers tell neither statistics nor settings. */
@WithPostgres(replicas = 1, user = "ordinary")
class OrdinaryRoleIT {

    private final PostgresCluster cluster;

    OrdinaryRoleIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void findsOutRolesAndReadsFromReplicas() {
        ReactiveDatabaseManager db = Databases.start(cluster);
        try {
            assertThat(db.healthCheck().block(PATIENCE).nodes())
                    .extracting(HealthSnapshot.Node::role)
                    .containsExactly(Role.PRIMARY, Role.REPLICA);
            assertThat(db.query("select inet_server_port() from pg_user where usename = current_user and not usesuper")
                            .readOnly(ReadConsistency.EVENTUAL)
                            .one(row -> row.get(0, Integer.class))
                            .block(PATIENCE))
                    .isEqualTo(cluster.replicas().get(0).port());
        } finally {
            db.shutdown().block(PATIENCE);
        }
    }
}
