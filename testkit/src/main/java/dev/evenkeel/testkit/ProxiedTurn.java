package dev.evenkeel.testkit;

/** How arriving bytes relate to those before them on the same connection. */
enum ProxiedTurn {
    /** More bytes from the side that spoke last. */
    SAME_BURST,
    /** The first bytes of a client, or of a server that was not asked. */
    OPENING,
    /** The first bytes of the server after the client spoke: one round trip. */
    ANSWER
}
