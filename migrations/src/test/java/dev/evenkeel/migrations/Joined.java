package dev.evenkeel.migrations;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;

/** An instance that has joined, as the application would keep it. */
final class Joined implements AutoCloseable {

    private final List<Membership> memberships = new CopyOnWriteArrayList<>();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final Disposable subscription;

    private Joined(MigrationManager instance) {
        this.subscription = instance.join().subscribe(memberships::add, failure::set);
    }

    static Joined attempt(MigrationManager instance) {
        return new Joined(instance);
    }

    /** Returns when the database knows it. */
    static Joined of(MigrationManager instance) {
        Joined joined = attempt(instance);
        joined.await(1);
        return joined;
    }

    /** So many times it has joined, in all. */
    void await(int times) {
        Schemas.await("joined " + times + " times", () -> memberships.size() >= times || failure.get() != null);
        if (failure.get() != null) {
            throw new AssertionError("could not join", failure.get());
        }
    }

    List<Membership> memberships() {
        return memberships;
    }

    Membership membership() {
        return memberships.get(memberships.size() - 1);
    }

    @Nullable
    Throwable failure() {
        return failure.get();
    }

    @Override
    public void close() {
        subscription.dispose();
    }
}
