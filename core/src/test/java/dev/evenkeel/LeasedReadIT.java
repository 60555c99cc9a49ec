package dev.evenkeel;

import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;

/** Each query has a connection of its own. */
@WithPostgres
class LeasedReadIT extends ReadContract {

    LeasedReadIT(PostgresCluster cluster) {
        super(cluster, 0);
    }
}
