package dev.evenkeel.event;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What belongs together from the application's point of view, such as the handling of one HTTP request. It carries what
 * listeners remember of it, so that it is forgotten with it. Thread-safe.
 */
public final class RequestScope {

    private final String name;
    private final @Nullable Supplier<String> late;
    private final boolean single;
    /** The first one, which is usually the only one: a map for each lease would cost more than the rest. */
    private @Nullable Object owner;

    private @Nullable Object attachment;
    private @Nullable Map<Object, Object> others;

    /** The {@code name} says which kind of request it is, such as {@code GET /orders}; no values in it. */
    public RequestScope(String name) {
        this.name = name;
        this.late = null;
        this.single = false;
    }

    /** The same for a name that is known only once the handling has begun. */
    public RequestScope(Supplier<String> name) {
        this.name = "";
        this.late = name;
        this.single = false;
    }

    private RequestScope(String name, boolean single) {
        this.name = name;
        this.late = null;
        this.single = single;
    }

    /** What runs alone, one statement and no other: nothing is remembered of it. */
    public static RequestScope ofOneStatement(String name) {
        return new RequestScope(name, true);
    }

    /** Whether there is one statement in it, so that nothing can be said of several. */
    public boolean isOneStatement() {
        return single;
    }

    public String name() {
        return late == null ? name : late.get();
    }

    /** What this owner has attached, or now attaches for the first time; a new one each time if nothing is remembered. */
    public <A> A attachment(Object who, Supplier<? extends A> first) {
        return single ? first.get() : remembered(who, first);
    }

    @SuppressWarnings("unchecked") // each owner keeps to one type
    private synchronized <A> A remembered(Object who, Supplier<? extends A> first) {
        if (owner == null) {
            owner = who;
            attachment = first.get();
        }
        if (who.equals(owner)) {
            return (A) Objects.requireNonNull(attachment);
        }
        if (others == null) {
            others = new HashMap<>();
        }
        return (A) others.computeIfAbsent(who, key -> first.get());
    }

    @Override
    public String toString() {
        return name();
    }
}
