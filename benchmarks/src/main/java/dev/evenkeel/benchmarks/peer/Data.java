package dev.evenkeel.benchmarks.peer;

import dev.evenkeel.testkit.ClusterSpec;
import dev.evenkeel.testkit.PostgresCluster;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** The tables, and the statements that every {@link Peer} runs on them. */
public final class Data {

    public static final int ACCOUNTS = 10_000;

    public static final String POINT_SELECT = "select id, owner, balance from account where id = $1";
    public static final String DEPOSIT = "update account set balance = balance + 1 where id = $1";
    public static final String BALANCE = "select balance from account where id = $1";

    /** A limit and no condition: its plan is the same for 100 rows and for a million. */
    static final String ITEMS = "select id, name, price from item limit $1";

    /** The same in other words: an application does not ask for a page and for everything by the same statement. */
    public static final String PAGE = "select id, name, price from item fetch first $1 rows only";

    /** Beyond so many rows it is not a page any more. */
    static final int LARGEST_PAGE = 1_000;

    public static final String TRUNCATE = "truncate entry";

    static final String INSERT = "insert into entry (id, name, price) values ($1, $2, $3)";
    static final String INSERT_ARRAYS =
            "insert into entry (id, name, price) select * from unnest($1::int[], $2::text[], $3::bigint[])";

    private static final Duration REPLAY = Duration.ofSeconds(30);

    private Data() {}

    static String items(int count) {
        return count > LARGEST_PAGE ? ITEMS : PAGE;
    }

    /** A single server that does not wait for its disk. */
    public static PostgresCluster start() {
        return start(0, false);
    }

    /** Without the libraries that the test kit loads to look into statements. */
    public static PostgresCluster start(int replicas, boolean fsync) {
        return PostgresCluster.start(ClusterSpec.builder()
                .replicas(replicas)
                .setting("fsync", fsync ? "on" : "off")
                .setting("shared_buffers", "256MB")
                .setting("max_wal_size", "2GB")
                .setting("shared_preload_libraries", "")
                .setting("track_io_timing", "off")
                .build());
    }

    /** Half-full pages let an update leave the index alone, so that the table does not age from round to round. */
    public static void load(PostgresCluster cluster, int items) {
        cluster.primary().execute("""
                        create table account (id int primary key, owner text not null, balance bigint not null)
                            with (fillfactor = 50);
                        insert into account select g, 'owner ' || g, g * 100 from generate_series(1, %d) g;
                        create table item (id int not null, name text not null, price bigint not null);
                        insert into item select g, 'item ' || g, g * 7 from generate_series(1, %d) g;
                        create table entry (id int not null, name text not null, price bigint not null)
                        """.formatted(ACCOUNTS, items));
        cluster.primary().execute("vacuum (analyze, freeze) account");
        cluster.primary().execute("vacuum (analyze, freeze) item");
        cluster.awaitReplayed(REPLAY);
    }

    public static int anyAccount() {
        return ThreadLocalRandom.current().nextInt(ACCOUNTS) + 1;
    }
}
