package dev.evenkeel.event;

import org.jspecify.annotations.Nullable;

/**
 * Another node is the primary now, or none is.
 *
 * @param previous {@code host:port}; {@code null} when there was none
 * @param current {@code host:port}; {@code null} when there is none
 * @param timeline of the current primary; 0 when there is none
 */
public record PrimaryChanged(
        @Nullable String previous, @Nullable String current, long timeline) {}
