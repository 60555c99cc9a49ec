package dev.evenkeel.node;

import java.util.List;

/**
 * What is sent in one.
 *
 * @param earlier what runs first, and whose answers nobody wants
 * @param last the one whose answer is wanted
 */
public record BoundStatements(List<BoundStatement> earlier, BoundStatement last) {

    public BoundStatements {
        earlier = List.copyOf(earlier);
    }
}
