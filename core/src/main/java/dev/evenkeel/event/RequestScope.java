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
    /** The first one, which is usually the only one: a map for each lease would cost more than the rest. */
    private @Nullable Object owner;

    private @Nullable Object attachment;
    private @Nullable Map<Object, Object> others;

    /** The {@code name} says which kind of request it is, such as {@code GET /orders}; no values in it. */
    public RequestScope(String name) {
        this.name = name;
        this.late = null;
    }

    /** The same for a name that is known only once the handling has begun. */
    public RequestScope(Supplier<String> name) {
        this.name = "";
        this.late = name;
    }

    public String name() {
        return late == null ? name : late.get();
    }

    /** What this owner has attached, or now attaches for the first time. */
    @SuppressWarnings("unchecked") // each owner keeps to one type
    public synchronized <A> A attachment(Object who, Supplier<? extends A> first) {
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
