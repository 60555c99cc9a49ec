package dev.evenkeel.assembly;

import dev.evenkeel.ReadConsistency;
import dev.evenkeel.TransactionOptions;
import dev.evenkeel.stage.Pipeline;
import dev.evenkeel.stage.Terms;
import dev.evenkeel.tx.Transactions;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What all queries of one manager have in common.
 *
 * @param transactions how those travel that are sent with others
 * @param usual terms of a query about which nothing more was said
 * @param reads the same for reads, made once
 */
record QueryRoads(
        Pipeline pipeline,
        Function<TransactionOptions, Transactions> transactions,
        Terms usual,
        Map<ReadConsistency, Terms> reads) {

    static QueryRoads of(Pipeline pipeline, Function<TransactionOptions, Transactions> transactions, Terms usual) {
        return new QueryRoads(
                pipeline,
                transactions,
                usual,
                Arrays.stream(ReadConsistency.values())
                        .collect(Collectors.toUnmodifiableMap(Function.identity(), usual::reading)));
    }

    @SuppressWarnings("ReferenceEquality") // of equal terms that are not the same the reads are made anew: no harm
    Terms reading(Terms terms, ReadConsistency level) {
        return terms == usual ? Objects.requireNonNull(reads.get(level)) : terms.reading(level);
    }
}
