package dev.evenkeel.examples.orders;

import java.time.Duration;
import java.util.Objects;
import java.util.function.LongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.core.env.Environment;
import org.springframework.http.HttpMethod;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Customers who come by themselves, {@code shop.load} a second, so that there is something to see. The web server is started before
 * and stopped after it.
 */
@Component
class SampleTraffic implements SmartLifecycle {

    static final int MOST = 200;

    private static final Logger log = LoggerFactory.getLogger(SampleTraffic.class);
    private static final Duration BETWEEN_COUNTS = Duration.ofSeconds(15);
    /** Whoever comes while so many wait goes away again: a database in trouble gets no queue from here. */
    private static final int MOST_AT_ONCE = 50;

    private final int load;
    private final Stocktaking stocktaking;
    private final Environment environment;
    private volatile Disposable running = Disposables.disposed();

    SampleTraffic(@Value("${shop.load:0}") int load, Stocktaking stocktaking, Environment environment) {
        if (load < 0 || load > MOST) {
            throw new IllegalArgumentException(
                    "shop.load is %d but must be 0 to %d, where 0 is none".formatted(load, MOST));
        }
        this.load = load;
        this.stocktaking = stocktaking;
        this.environment = environment;
    }

    @Override
    public void start() {
        String port = Objects.requireNonNull(environment.getProperty("local.server.port"));
        WebClient web = WebClient.create("http://localhost:" + port);
        log.info("{} customers a second come by themselves", load);
        running = Flux.merge(
                        every(Duration.ofSeconds(1).dividedBy(load), number -> visit(web, Visit.number(number))),
                        every(BETWEEN_COUNTS, this::takeStock))
                .subscribe();
    }

    private static Flux<Void> every(Duration period, LongFunction<Mono<Void>> work) {
        return Flux.interval(period)
                .onBackpressureDrop()
                .flatMap(
                        number -> work.apply(number)
                                .doOnError(e -> log.debug("Visit {} failed", number, e))
                                .onErrorComplete(),
                        MOST_AT_ONCE);
    }

    private static Mono<Void> visit(WebClient web, Visit visit) {
        WebClient.RequestBodySpec request = web.method(visit.order() == null ? HttpMethod.GET : HttpMethod.POST)
                .uri(visit.path());
        return (visit.order() == null ? request : request.bodyValue(visit.order()))
                .retrieve()
                .bodyToMono(Void.class);
    }

    private Mono<Void> takeStock(long number) {
        return stocktaking.disturbedBy(1, 1 + (int) (number % SampleData.PRODUCTS));
    }

    @Override
    public boolean isAutoStartup() {
        return load > 0;
    }

    @Override
    public void stop() {
        running.dispose();
    }

    @Override
    public boolean isRunning() {
        return !running.isDisposed();
    }
}
