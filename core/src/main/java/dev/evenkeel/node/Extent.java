package dev.evenkeel.node;

/** How much of its transaction a group of statements is that are sent together. */
enum Extent {
    PART,
    /** COMMIT leaves with it. */
    END,
    WHOLE
}
