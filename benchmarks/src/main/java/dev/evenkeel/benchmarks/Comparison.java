package dev.evenkeel.benchmarks;

import dev.evenkeel.benchmarks.peer.Data;
import dev.evenkeel.benchmarks.peer.MonitoredPeer;
import dev.evenkeel.benchmarks.peer.Peer;
import dev.evenkeel.benchmarks.peer.Server;
import dev.evenkeel.benchmarks.report.LiveHeap;
import dev.evenkeel.benchmarks.report.Report;
import dev.evenkeel.benchmarks.report.Series;
import dev.evenkeel.testkit.Direction;
import dev.evenkeel.testkit.FaultProxy;
import dev.evenkeel.testkit.PostgresCluster;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Compares Evenkeel with what else one could use, on a PostgreSQL of its own, and prints tables in Markdown. */
public final class Comparison {

    private final Options options;
    private final Optional<Path> pgbench;
    private final List<String> leftOut = new ArrayList<>();

    private Comparison(Options options) {
        this.options = options;
        this.pgbench = PgbenchProgram.find(options.pgbench(), System.getenv().getOrDefault("PATH", ""));
    }

    public static void main(String... arguments) throws IOException {
        Options options = Options.parse(arguments);
        Publication.of(run(options), options).write(System.out);
    }

    static Report run(Options options) {
        return new Comparison(options).run();
    }

    private Report run() {
        Surroundings around = options.plan().around();
        try (PostgresCluster cluster = Data.start(around.replicas(), around.fsync());
                FaultProxy network = FaultProxy.to(
                        cluster.primary().host(), cluster.primary().port())) {
            Data.load(cluster, options.plan().rows());
            Server server = server(cluster, network);
            List<Contender> contenders = new ArrayList<>();
            try {
                options.entrants().forEach(entrant -> open(entrant, server, contenders));
                if (contenders.isEmpty()) {
                    throw new IllegalArgumentException("Nobody is left to compare: " + leftOut);
                }
                return measure(cluster, contenders);
            } finally {
                contenders.forEach(Contender::close);
            }
        }
    }

    private Server server(PostgresCluster cluster, FaultProxy network) {
        Duration longer = options.plan().around().network();
        if (longer.isZero()) {
            return Server.of(cluster);
        }
        network.delay(Direction.TO_SERVER, longer.dividedBy(2)).delay(Direction.TO_CLIENT, longer.dividedBy(2));
        return Server.behind(network.port(), cluster);
    }

    private void open(Entrant entrant, Server server, List<Contender> contenders) {
        Optional<String> hindrance = entrant.hindrance(pgbench);
        if (hindrance.isPresent()) {
            leftOut.add("%s %s".formatted(entrant, hindrance.get()));
            System.err.println("Left out: %s %s.".formatted(entrant, hindrance.get()));
        } else {
            contenders.add(entrant.open(server, pgbench));
        }
    }

    private Report measure(PostgresCluster cluster, List<Contender> contenders) {
        double loadBefore = load();
        List<Series> series = new Rounds(options.plan(), cluster.primary(), options.workloads(), contenders).run();
        String conditions = conditions(cluster, loadBefore, contenders);
        Map<String, LiveHeap> heap = new LinkedHashMap<>();
        if (options.kinds().contains(Kind.STREAM)) {
            contenders.stream()
                    .flatMap(contender -> contender.inThisProcess().stream())
                    .forEach(peer -> heap.put(
                            peer.name(), HeapLook.atStream(peer, options.plan().rows())));
        }
        return new Report(conditions, contenders.get(0).name(), MonitoredPeer.NAME, series, heap);
    }

    private String conditions(PostgresCluster cluster, double loadBefore, List<Contender> contenders) {
        Plan plan = options.plan();
        String measured = String.format(
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
        String omitted = leftOut.isEmpty() ? "" : " Left out: %s.".formatted(String.join("; ", leftOut));
        return measured + plan.around().conditions() + limits(contenders) + omitted;
    }

    private String limits(List<Contender> contenders) {
        int inFlight =
                options.workloads().stream().mapToInt(Workload::inFlight).max().orElse(0);
        return contenders.stream()
                .filter(contender -> contender.mostCallers() < inFlight)
                .map(contender -> " %s has %d callers at most.".formatted(contender.name(), contender.mostCallers()))
                .collect(Collectors.joining());
    }

    private static double load() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }
}
