package dev.evenkeel.monitoring.assembly;

import dev.evenkeel.HealthSnapshot;
import dev.evenkeel.HealthSnapshot.Performance;
import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.monitoring.Alert;
import dev.evenkeel.monitoring.AlertConfig;
import dev.evenkeel.monitoring.AlertSink;
import dev.evenkeel.monitoring.HealthMonitor;
import dev.evenkeel.monitoring.Recommendation;
import dev.evenkeel.monitoring.alert.AlertWatch;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.BufferOverflowStrategy;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** One watch over the manager's health stream, shared by all who listen. */
public final class RunningMonitor implements HealthMonitor {

    private static final Logger log = LoggerFactory.getLogger(HealthMonitor.class);

    /** Alerts that wait for one sink. */
    private static final int MOST_WAITING = 256;

    private final ReactiveDatabaseManager db;
    private final List<AlertSink> sinks = new CopyOnWriteArrayList<>();
    private final List<Contribution> contributions = new CopyOnWriteArrayList<>();
    private final Flux<Observed> shared;
    private volatile @Nullable HealthSnapshot latest;
    private @Nullable Disposable running;

    private record Observed(HealthSnapshot snapshot, List<Alert> news) {}

    private RunningMonitor(ReactiveDatabaseManager db, AlertConfig config) {
        this.db = db;
        this.shared = Flux.using(() -> new Watch(config), watch -> db.health().map(watch::see), Watch::end)
                .publish()
                .refCount(1);
    }

    /** Behind {@link HealthMonitor#on}. */
    public static HealthMonitor on(ReactiveDatabaseManager db, AlertConfig config) {
        return new RunningMonitor(db, config);
    }

    /** From the first listener to the last. */
    private final class Watch {

        private final AlertWatch alerts;
        private final Disposable.Composite listening = Disposables.composite();

        Watch(AlertConfig config) {
            this.alerts = new AlertWatch(config);
            listening.add(db.listen(alerts.listener()));
            contributions.forEach(contribution -> listening.add(contribution.begin()));
        }

        Observed see(HealthSnapshot snapshot) {
            List<Alert> news = alerts.see(snapshot);
            HealthSnapshot enriched = enriched(snapshot, alerts.firing());
            latest = enriched;
            return new Observed(enriched, news);
        }

        void end() {
            listening.dispose();
            latest = null;
        }
    }

    private HealthSnapshot enriched(HealthSnapshot snapshot, List<Alert> firing) {
        List<String> recommendations = new ArrayList<>(snapshot.recommendations());
        firing.forEach(alert -> recommendations.add(alert.summary() + ". " + String.join(" ", alert.remedy())));
        contributions.stream()
                .flatMap(contribution -> contribution.latest().stream())
                .map(found -> found.summary() + ". " + found.impact()
                        + (found.remedy().isEmpty() ? "" : " Run: " + String.join("; ", found.remedy())))
                .forEach(recommendations::add);
        return new HealthSnapshot(
                snapshot.status(), snapshot.timestamp(), snapshot.checks(), snapshot.nodes(), recommendations);
    }

    @Override
    public synchronized void startMonitoring() {
        if (running == null || running.isDisposed()) {
            Disposable.Composite all = Disposables.composite();
            all.add(shared.subscribe());
            sinks.forEach(sink -> all.add(delivering(sink).subscribe()));
            running = all;
        }
    }

    private Flux<Void> delivering(AlertSink sink) {
        AtomicLong dropped = new AtomicLong();
        return shared.flatMapIterable(Observed::news)
                .onBackpressureBuffer(
                        MOST_WAITING,
                        lost -> log.warn(
                                "{} is too slow, {} alerts were not delivered", sink, dropped.incrementAndGet()),
                        BufferOverflowStrategy.DROP_OLDEST)
                .concatMap(
                        alert -> Mono.defer(() -> sink.deliver(alert)).onErrorResume(failed -> {
                            log.warn(
                                    "{} did not deliver {} of {}: {}",
                                    sink,
                                    alert.rule(),
                                    alert.object(),
                                    failed.toString());
                            return Mono.empty();
                        }),
                        1);
    }

    @Override
    public synchronized void stopMonitoring() {
        if (running != null) {
            running.dispose();
            running = null;
        }
    }

    @Override
    public Mono<HealthSnapshot> performHealthCheck() {
        return db.healthCheck();
    }

    @Override
    public Mono<HealthSnapshot> getHealthStatus() {
        return Mono.defer(() -> {
            HealthSnapshot known = latest;
            return known == null ? db.healthCheck() : Mono.just(known);
        });
    }

    @Override
    public Mono<Performance> getPerformanceMetrics() {
        return getHealthStatus().map(snapshot -> snapshot.checks().performanceMetrics());
    }

    @Override
    public Flux<HealthSnapshot> health() {
        return Flux.defer(() -> {
            HealthSnapshot known = latest;
            Flux<HealthSnapshot> next = shared.map(Observed::snapshot).onBackpressureLatest();
            return known == null ? next : next.startWith(known);
        });
    }

    @Override
    public Flux<Alert> alerts() {
        return shared.flatMapIterable(Observed::news)
                .onBackpressureBuffer(MOST_WAITING, BufferOverflowStrategy.DROP_OLDEST);
    }

    @Override
    public synchronized void alertOnIssues(AlertSink sink) {
        sinks.add(sink);
        if (running instanceof Disposable.Composite all && !all.isDisposed()) {
            all.add(delivering(sink).subscribe());
        }
    }

    @Override
    public void contribute(Flux<List<Recommendation>> recommendations) {
        contributions.add(new Contribution(recommendations));
    }

    /** What somebody else recommends, as of late. */
    private static final class Contribution {

        private final Flux<List<Recommendation>> source;
        private volatile List<Recommendation> latest = List.of();

        Contribution(Flux<List<Recommendation>> source) {
            this.source = source;
        }

        List<Recommendation> latest() {
            return latest;
        }

        Disposable begin() {
            return source.subscribe(
                    found -> latest = List.copyOf(found),
                    failed -> log.warn("Contributed recommendations have ended: {}", failed.toString()));
        }
    }
}
