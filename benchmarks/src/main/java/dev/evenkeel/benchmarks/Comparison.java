package dev.evenkeel.benchmarks;

import dev.evenkeel.testkit.PostgresCluster;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Compares Evenkeel with what else one could use, on a PostgreSQL of its own, and prints a table in Markdown. */
public final class Comparison {

    /** The first one is what the others are compared with. A further peer is a class and a line here. */
    private static final List<Peer.Opening> PEERS = List.of(R2dbcPoolPeer::open, EvenkeelPeer::open);

    /** What the monitoring module costs, by the argument {@value #MONITORING}. */
    private static final List<Peer.Opening> WITH_MONITORING = List.of(EvenkeelPeer::open, MonitoredPeer::open);

    private static final String MONITORING = "--monitoring";

    private Comparison() {}

    public static void main(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        List<Peer.Opening> peers = all.remove(MONITORING) ? WITH_MONITORING : PEERS;
        System.out.println(run(Plan.parse(all.toArray(String[]::new)), peers).markdown());
    }

    static Report run(Plan plan) {
        return run(plan, PEERS);
    }

    private static Report run(Plan plan, List<Peer.Opening> openings) {
        try (PostgresCluster cluster = Data.start()) {
            Data.load(cluster, plan.rows());
            List<Peer> peers = new ArrayList<>();
            try {
                openings.forEach(peer -> peers.add(peer.open(cluster)));
                return measure(plan, cluster, peers);
            } finally {
                peers.forEach(Peer::close);
            }
        }
    }

    private static Report measure(Plan plan, PostgresCluster cluster, List<Peer> peers) {
        double loadBefore = load();
        List<Series> series = new Rounds(plan, peers).run();
        String conditions = String.format(
                Locale.ROOT,
                "JDK %s, PostgreSQL %d, %d processors for both and whatever else runs there, load %.1f before and %.1f"
                        + " after; %d connections for each peer; medians of %d rounds of %d ms.",
                Runtime.version(),
                cluster.majorVersion(),
                Runtime.getRuntime().availableProcessors(),
                loadBefore,
                load(),
                Peer.CONNECTIONS,
                plan.rounds(),
                plan.time().toMillis());
        Map<String, LiveHeap> heap = new LinkedHashMap<>();
        peers.forEach(peer -> heap.put(peer.name(), LiveHeap.ofStream(peer, plan.rows())));
        return new Report(conditions, series, heap);
    }

    private static double load() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }
}
