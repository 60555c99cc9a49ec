package dev.evenkeel.migrations.backfill;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.migrations.Backfill;
import dev.evenkeel.migrations.BackfillProgress;
import dev.evenkeel.migrations.MigrationConfig;
import dev.evenkeel.migrations.backfill.Batches.Outcome;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/** Runs a backfill: batch, word, pause, and again until it is done. */
public final class Backfilling {

    /** In a row, of those that may not pass by themselves. */
    private static final int MOST_FAILURES = 10;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final ReactiveDatabaseManager database;
    private final MigrationConfig config;

    public Backfilling(ReactiveDatabaseManager database, MigrationConfig config) {
        this.database = database;
        this.config = config;
    }

    /** As {@link dev.evenkeel.migrations.MigrationManager#backfill} promises. */
    public Flux<BackfillProgress> run(Backfill backfill) {
        return Flux.defer(() -> {
                    long begun = System.nanoTime();
                    return new Preparation(database, config, backfill)
                            .plan()
                            .retryWhen(patience())
                            .flatMapMany(plan -> new Run(backfill, plan, begun).progress());
                })
                .onErrorMap(error -> Refusals.failed(error, backfill));
    }

    private static Retry patience() {
        return Retry.backoff(MOST_FAILURES, FIRST_PAUSE)
                .maxBackoff(LONGEST_PAUSE)
                .filter(error -> Obstacle.of(error) != Obstacle.NONE)
                .onRetryExhaustedThrow((spec, last) -> last.failure());
    }

    /** One run. Its steps are one after the other, so what they remember needs no lock. */
    private final class Run {

        private final Backfill backfill;
        private final Plan plan;
        private final long begunNanos;
        private final Batches batches;
        private final ReplicaLag lag;
        private Pace pace = Pace.FIRST;
        private Standing standing;
        private int refusals;
        private int failures;

        Run(Backfill backfill, Plan plan, long begunNanos) {
            this.backfill = backfill;
            this.plan = plan;
            this.begunNanos = begunNanos;
            this.standing = plan.found();
            this.batches = new Batches(database, backfill, plan);
            this.lag = new ReplicaLag(database, backfill.maxReplicaLag());
        }

        Flux<BackfillProgress> progress() {
            return Flux.defer(this::step).repeat().takeUntil(BackfillProgress::done);
        }

        private Flux<BackfillProgress> step() {
            return lag.excess()
                    .map(reason -> new Word(reason, ReplicaLag.BETWEEN_LOOKS))
                    .switchIfEmpty(Mono.defer(this::batch))
                    .flatMapMany(word -> Flux.concat(
                            Mono.just(progress(word.pause())),
                            Mono.delay(word.rest()).then(Mono.empty())));
        }

        /** What a step has to say, and how long the next one is to wait. */
        private record Word(@Nullable String pause, Duration rest) {}

        private Mono<Word> batch() {
            return batches.next(pace.size()).map(this::went).onErrorResume(this::stumbled);
        }

        private Word went(Outcome outcome) {
            standing = outcome.standing();
            refusals = 0;
            failures = 0;
            Duration elapsed = outcome.elapsed();
            if (standing.done()) {
                return new Word(null, Duration.ZERO);
            }
            if (elapsed == null) {
                return new Word("another instance is at it", longer(standing.rest(), backfill.batchTime()));
            }
            pace = pace.after(elapsed, backfill);
            Duration rest = Duration.ofNanos((long) (elapsed.toNanos() * Pace.restFactor(backfill)));
            return new Word(null, longer(rest, standing.rest()));
        }

        private Mono<Word> stumbled(Throwable error) {
            Obstacle obstacle = Obstacle.of(error);
            failures += obstacle.isPatient() ? 0 : 1;
            if (obstacle == Obstacle.NONE || failures > MOST_FAILURES) {
                return Mono.error(error);
            }
            pace = pace.halved();
            refusals++;
            return Mono.just(new Word(obstacle.reason(), pause()));
        }

        /** Twice as long each time, half of it at random. */
        private Duration pause() {
            long most = Math.min(LONGEST_PAUSE.toMillis(), FIRST_PAUSE.toMillis() << Math.min(refusals - 1, 10));
            return Duration.ofMillis(ThreadLocalRandom.current().nextLong(most / 2, most + 1));
        }

        private BackfillProgress progress(@Nullable String pause) {
            return new BackfillProgress(
                    backfill.name(),
                    standing.lookedAt(),
                    standing.changed(),
                    plan.target().estimate(),
                    pace.size(),
                    Duration.ofNanos(System.nanoTime() - begunNanos),
                    pause,
                    standing.done());
        }

        private static Duration longer(Duration one, Duration other) {
            return one.compareTo(other) < 0 ? other : one;
        }
    }
}
