package dev.evenkeel.event;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;

/**
 * What belongs together from the application's point of view, such as the handling of one HTTP request. It carries what
 * listeners remember of it, so that it is forgotten with it. Thread-safe.
 */
public final class RequestScope {

    private final Supplier<String> name;
    private final ConcurrentMap<Object, Object> attachments = new ConcurrentHashMap<>(2);

    /** The {@code name} says which kind of request it is, such as {@code GET /orders}; no values in it. */
    public RequestScope(String name) {
        this(() -> name);
    }

    /** The same for a name that is known only once the handling has begun. */
    public RequestScope(Supplier<String> name) {
        this.name = name;
    }

    public String name() {
        return name.get();
    }

    /** What this owner has attached, or now attaches for the first time. */
    @SuppressWarnings("unchecked") // each owner keeps to one type
    public <A> A attachment(Object owner, Supplier<? extends A> first) {
        return (A) attachments.computeIfAbsent(owner, key -> first.get());
    }

    @Override
    public String toString() {
        return name();
    }
}
