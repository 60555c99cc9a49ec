package dev.evenkeel.benchmarks;

import dev.evenkeel.benchmarks.report.Sample;
import dev.evenkeel.benchmarks.report.Series;
import dev.evenkeel.testkit.PostgresNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Runs every workload on every contender in each round, the contenders one right after the other. Whatever disturbs the machine
 * then disturbs all of them, and the one that goes first is another one each time.
 */
final class Rounds {

    private final Plan plan;
    private final PostgresNode server;
    private final List<List<Cell>> rows;

    private record Cell(Workload workload, Contender contender, List<Sample> samples) {

        Series series() {
            return new Series(workload.name(), workload.inFlight(), contender.name(), samples);
        }
    }

    Rounds(Plan plan, PostgresNode server, List<Workload> workloads, List<Contender> contenders) {
        this.plan = plan;
        this.server = server;
        this.rows =
                workloads.stream().map(workload -> row(workload, contenders)).toList();
    }

    private static List<Cell> row(Workload workload, List<Contender> contenders) {
        return contenders.stream()
                .filter(contender -> contender.runs(workload))
                .map(contender -> new Cell(workload, contender, new ArrayList<>()))
                .toList();
    }

    List<Series> run() {
        for (int round = -plan.warmUps(); round < plan.rounds(); round++) {
            for (List<Cell> row : rows) {
                run(row, round);
            }
        }
        return rows.stream().flatMap(List::stream).map(Cell::series).toList();
    }

    private void run(List<Cell> row, int round) {
        List<Cell> order = new ArrayList<>(row);
        Collections.rotate(order, round);
        for (Cell cell : order) {
            if (!cell.workload().before().isEmpty()) {
                server.execute(cell.workload().before());
            }
            Sample sample = cell.contender().run(cell.workload(), plan.time());
            if (round >= 0) {
                cell.samples().add(sample);
            }
        }
    }
}
