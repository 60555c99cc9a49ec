package dev.evenkeel.migrations.contract;

import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.MigrationException;
import dev.evenkeel.migrations.Membership;
import dev.evenkeel.migrations.script.Version;
import dev.evenkeel.migrations.session.MigrationSession;
import dev.evenkeel.migrations.session.Progress;
import dev.evenkeel.migrations.session.SessionRunner.SessionStay;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;

/** One session of an instance that has joined: it comes, says so, and stays until it is told to go or the session is lost. */
final class Stay implements SessionStay<Membership> {

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_ANSWER = Duration.ofSeconds(5);

    private final UUID id;
    private final Version newest;
    private final String application;
    private final Duration grace;

    Stay(UUID id, Version newest, String application, Duration grace) {
        this.id = id;
        this.newest = newest;
        this.application = application;
        this.grace = grace;
    }

    @Override
    public void run(MigrationSession session, Progress progress, Consumer<Membership> told) throws SQLException {
        session.expectAnswersWithin(shorter(LONGEST_ANSWER, grace.dividedBy(2)));
        if (session.history().rows().isEmpty()) {
            throw noHistory(session);
        }
        Instances instances = new Instances(session);
        instances.prepare();
        Membership instance = instances.enter(id, newest, application);
        try {
            admit(session, progress);
            told.accept(instance);
            while (true) {
                progress.pause(shorter(LONGEST_PAUSE, grace.dividedBy(4)));
                session.execute("select 1");
            }
        } catch (CancellationException | MigrationException end) {
            leave(instances, end);
            throw end;
        }
    }

    private static Duration shorter(Duration one, Duration two) {
        return one.compareTo(two) < 0 ? one : two;
    }

    private void admit(MigrationSession session, Progress progress) throws SQLException {
        boolean isBehind = session.history()
                .version()
                .filter(applied -> newest.compareTo(applied) < 0)
                .isPresent();
        Gate gate = new Gate(session);
        if (isBehind) {
            gate.enter(progress);
        }
        Contracted.refuseInstance(newest, session.contracts());
        if (isBehind) {
            gate.leave();
        }
    }

    private void leave(Instances instances, Exception end) {
        try {
            instances.leave(id);
        } catch (SQLException e) {
            end.addSuppressed(e);
        }
    }

    private static MigrationException noHistory(MigrationSession session) {
        return new MigrationException(Failure.of(
                "NO_HISTORY",
                ErrorType.SCHEMA,
                "Nobody can join before schema %s has a history"
                        .formatted(session.table().schema()),
                "run the migrations first",
                "check migrations.schema and migrations.table"));
    }
}
