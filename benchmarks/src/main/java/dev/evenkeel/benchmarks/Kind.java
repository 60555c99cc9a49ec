package dev.evenkeel.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** Workloads as the command line calls them; their order is the report's. */
enum Kind {
    POINT,
    FOREIGN,
    TRANSACTION,
    /** Transactions one after the other: with a longer network their time is the number of their waits. */
    WAITS,
    PAGE,
    STREAM,
    INSERT,
    UNNEST,
    LEASE,
    GROWTH;

    /** @param rows length of the stream */
    List<Workload> workloads(int rows) {
        return switch (this) {
            case POINT -> pointSelects(Workload.POINT_SELECT, 1, 10, 64, 256);
            case FOREIGN -> List.of(Workload.foreignPointSelect());
            case TRANSACTION -> transactions(64);
            case WAITS -> transactions(1);
            case PAGE -> List.of(Workload.page());
            case STREAM -> List.of(Workload.stream(rows));
            case INSERT -> List.of(Workload.insert());
            case UNNEST -> List.of(Workload.insertArrays());
            case LEASE -> List.of(Workload.lease());
            case GROWTH -> pointSelects(Workload.GROWTH, 1, 10, 100, 1_000, 10_000);
        };
    }

    private static List<Workload> transactions(int inFlight) {
        return List.of(
                Workload.deposit(inFlight),
                Workload.transaction(inFlight),
                Workload.declaredTransaction(inFlight),
                Workload.transactionInOne(inFlight));
    }

    private static List<Workload> pointSelects(String name, int... inFlight) {
        return IntStream.of(inFlight)
                .mapToObj(callers -> Workload.pointSelect(name, callers))
                .toList();
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
