package dev.evenkeel.route;

/** What a call declares. Nobody reads its SQL to find out. */
public enum Intent {
    READ,
    WRITE
}
