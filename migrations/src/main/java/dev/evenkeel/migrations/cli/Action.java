package dev.evenkeel.migrations.cli;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.migrations.MigrationEvent;
import dev.evenkeel.migrations.MigrationManager;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** A command: connects, does its work, and closes. Who interrupts it stops the running statement on the server. */
abstract class Action implements Callable<Integer> {

    private static final Duration LONGEST_GOODBYE = Duration.ofSeconds(5);

    @Mixin
    private final Settings settings = new Settings();

    @ParentCommand
    private @Nullable Evenkeel world;

    private final Sinks.Empty<Void> interrupted = Sinks.empty();

    /** The work; what it returns goes to the shell. */
    abstract int run(MigrationManager migrations, Output output);

    /** Without a connection; returns null when there is something to connect for. */
    @Nullable
    Integer beforehand(Output output) {
        return null;
    }

    final Evenkeel world() {
        Evenkeel known = world;
        if (known == null) {
            throw new IllegalStateException("picocli sets it before it calls");
        }
        return known;
    }

    final Settings settings() {
        return settings;
    }

    @Override
    public final Integer call() {
        Output output = world().output(settings.json());
        CountDownLatch ended = new CountDownLatch(1);
        Thread goodbye = new Thread(() -> interrupt(ended), "evenkeel-interrupt");
        Runtime.getRuntime().addShutdownHook(goodbye);
        try {
            Integer done = beforehand(output);
            return done == null ? connected(output) : done;
        } catch (RuntimeException e) {
            Throwable error = reactor.core.Exceptions.unwrap(e);
            output.error(error);
            return ExitCode.of(error);
        } finally {
            ended.countDown();
            forget(goodbye);
        }
    }

    private int connected(Output output) {
        ReactiveDatabaseManager database = world().start(settings.database(world().environment()));
        try {
            return run(MigrationManager.of(database, settings.migrations()), output);
        } finally {
            database.shutdown(Duration.ZERO).block();
        }
    }

    private void interrupt(CountDownLatch ended) {
        interrupted.tryEmitEmpty();
        try {
            if (!ended.await(LONGEST_GOODBYE.toSeconds(), TimeUnit.SECONDS)) {
                world().output(settings.json())
                        .error(new IllegalStateException("the server was asked to stop, and has not yet"));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void forget(Thread goodbye) {
        try {
            Runtime.getRuntime().removeShutdownHook(goodbye);
        } catch (IllegalStateException e) {
            // It runs already.
        }
    }

    /** Shows the events as they come, and waits for the last. */
    final int follow(Flux<MigrationEvent> events, Output output) {
        MigrationEvent last = events.takeUntilOther(interrupted.asMono())
                .doOnNext(output::event)
                .blockLast();
        boolean ended = last instanceof MigrationEvent.SchemaFound || last instanceof MigrationEvent.SchemaChanged;
        return ended ? ExitCode.DONE : ExitCode.FAILED;
    }

    final <T> T await(Mono<T> value) {
        return value.takeUntilOther(interrupted.asMono())
                .blockOptional()
                .orElseThrow(() -> new IllegalStateException("interrupted"));
    }
}
