package dev.evenkeel.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Workloads as the command line calls them; their order is the report's. */
enum Kind {
    POINT(rows -> pointSelects(Workload.POINT_SELECT, 1, 10, 64, 256)),
    FOREIGN(rows -> List.of(Workload.foreignPointSelect())),
    TRANSACTION(rows -> List.of(Workload.transaction())),
    PAGE(rows -> List.of(Workload.page())),
    STREAM(rows -> List.of(Workload.stream(rows))),
    INSERT(rows -> List.of(Workload.insert())),
    UNNEST(rows -> List.of(Workload.insertArrays())),
    LEASE(rows -> List.of(Workload.lease())),
    GROWTH(rows -> pointSelects(Workload.GROWTH, 1, 10, 100, 1_000, 10_000));

    private final IntFunction<List<Workload>> workloads;

    Kind(IntFunction<List<Workload>> workloads) {
        this.workloads = workloads;
    }

    private static List<Workload> pointSelects(String name, int... inFlight) {
        return IntStream.of(inFlight)
                .mapToObj(callers -> Workload.pointSelect(name, callers))
                .toList();
    }

    /** @param rows length of the stream */
    List<Workload> workloads(int rows) {
        return workloads.apply(rows);
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
