package dev.evenkeel.node;

/** What else is to happen when an exchange of a {@link TrackedPublisher} takes its course. */
interface Course {

    Course PLAIN = new Course() {};

    /** {@link Exchanges} know that it has begun, each time. */
    default void begun() {}

    /** {@link Exchanges} know that it is cancelled. */
    default void cancelled() {}
}
