package dev.evenkeel.testkit;

/** What a server says about itself. */
public enum NodeRole {
    PRIMARY,
    REPLICA,
    /** It refused, or gave no answer in time. */
    UNREACHABLE
}
