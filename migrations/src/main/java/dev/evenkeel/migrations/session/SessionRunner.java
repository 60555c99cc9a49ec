package dev.evenkeel.migrations.session;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.migrations.MigrationConfig;
import dev.evenkeel.migrations.MigrationEvent;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

/**
 * Runs blocking work on a thread and a connection of its own, which live as long as the subscription: no event loop waits, no
 * shared thread is held for the hour that an index takes, and nothing is left to close.
 */
public final class SessionRunner {

    private final Primary primary;
    private final Observer observer;
    private final MigrationConfig config;

    public SessionRunner(ReactiveDatabaseManager database, MigrationConfig config) {
        this.primary = new Primary(database, config);
        this.observer = new Observer(database, config);
        this.config = config;
    }

    private SessionRunner(Primary primary, Observer observer, MigrationConfig config) {
        this.primary = primary;
        this.observer = observer;
        this.config = config;
    }

    /** For another database of the same server. */
    public SessionRunner inDatabase(String name) {
        return new SessionRunner(primary.withDatabase(name), observer, config);
    }

    /** What is to be done on the session. */
    @FunctionalInterface
    public interface SessionWork {
        void run(MigrationSession session, Progress progress) throws Exception;
    }

    /** What goes on on the session, and tells values. */
    @FunctionalInterface
    public interface SessionStay<T> {
        void run(MigrationSession session, Progress progress, Consumer<T> told) throws Exception;
    }

    /** Makes a value on the session. */
    @FunctionalInterface
    public interface SessionQuery<T> {
        T run(MigrationSession session, Progress progress) throws Exception;
    }

    /** Runs the work while no other instance does. Cancelling stops the running statement on the server. */
    public Flux<MigrationEvent> alone(SessionWork work) {
        return beside((session, progress) -> {
            new InstanceLock(session).await(config.instanceWait(), progress);
            work.run(session, progress);
        });
    }

    /** Runs work that takes the locks that it needs by itself. Cancelling stops the running statement on the server. */
    public Flux<MigrationEvent> beside(SessionWork work) {
        return primary.find()
                .flatMapMany(source -> Flux.usingWhen(
                        Mono.fromSupplier(() -> new SessionThread(source, config, observer)),
                        thread -> thread.run(work),
                        SessionThread::end,
                        (thread, error) -> thread.end(),
                        SessionThread::cancel));
    }

    /**
     * Lets work go on until nobody listens any more. It must look after cancels often, because none of its statements is
     * stopped: when it sees one it may clean up.
     */
    public <T> Flux<T> hold(SessionStay<T> stay) {
        return primary.find()
                .flatMapMany(source -> Flux.usingWhen(
                        Mono.fromSupplier(() -> new SessionThread(source, config, observer)),
                        thread -> {
                            Sinks.Many<T> told = Sinks.many().unicast().onBackpressureBuffer();
                            Mono<T> end = thread.run(
                                            (session, progress) -> stay.run(session, progress, told::tryEmitNext))
                                    .then(Mono.<T>empty())
                                    .doOnSuccess(nothing -> told.tryEmitComplete());
                            return Flux.merge(told.asFlux().publishOn(Schedulers.parallel()), end);
                        },
                        SessionThread::end,
                        (thread, error) -> thread.end(),
                        SessionThread::leave));
    }

    /** Asks something while no other instance migrates. */
    public <T> Mono<T> askAlone(SessionQuery<T> question) {
        return ask((session, progress) -> {
            new InstanceLock(session).await(config.instanceWait(), progress);
            return question.run(session, progress);
        });
    }

    /** Asks something, beside whoever migrates. */
    public <T> Mono<T> ask(SessionQuery<T> question) {
        return primary.find()
                .flatMap(source -> Mono.usingWhen(
                        Mono.fromSupplier(() -> new SessionThread(source, config, observer)),
                        thread -> {
                            Answer<T> answer = new Answer<>(question);
                            return thread.run(answer).then(Mono.fromSupplier(answer::value));
                        },
                        SessionThread::end,
                        (thread, error) -> thread.end(),
                        SessionThread::cancel));
    }

    /** Keeps the value until the thread has ended. */
    private static final class Answer<T> implements SessionWork {

        private final SessionQuery<T> question;
        private volatile @Nullable T value;

        Answer(SessionQuery<T> question) {
            this.question = question;
        }

        @Override
        public void run(MigrationSession session, Progress progress) throws Exception {
            value = question.run(session, progress);
        }

        @Nullable
        T value() {
            return value;
        }
    }
}
