package dev.evenkeel.benchmarks.peer;

import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Verticles, one for each processor, that take turns in beginning a caller. */
final class VertxLoops implements AutoCloseable {

    private final Vertx vertx;
    private final List<Context> contexts = new CopyOnWriteArrayList<>();
    private final AtomicInteger turn = new AtomicInteger();

    private final class Verticle extends VerticleBase {

        @Override
        public Future<?> start() {
            return Future.succeededFuture(contexts.add(context));
        }
    }

    private VertxLoops(Vertx vertx) {
        this.vertx = vertx;
    }

    static VertxLoops start() {
        VertxLoops loops = new VertxLoops(Vertx.vertx(new VertxOptions().setPreferNativeTransport(true)));
        loops.vertx
                .deployVerticle(
                        () -> loops.new Verticle(),
                        new DeploymentOptions()
                                .setInstances(Runtime.getRuntime().availableProcessors()))
                .await();
        return loops;
    }

    Vertx vertx() {
        return vertx;
    }

    Callers callers() {
        return new Callers(this::begin, Integer.MAX_VALUE, false);
    }

    private void begin(Runnable caller) {
        contexts.get(turn.getAndIncrement() % contexts.size()).runOnContext(ignored -> caller.run());
    }

    @Override
    public void close() {
        vertx.close().await();
    }
}
