package dev.evenkeel.benchmarks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Runs every workload on every peer in each round, the peers one right after the other. Whatever disturbs the machine then
 * disturbs all of them, and the one that goes first is another one each time.
 */
final class Rounds {

    private final Plan plan;
    private final List<List<Cell>> rows;

    private record Cell(Workload workload, Peer peer, List<Sample> samples) {

        Series series() {
            return new Series(workload, peer.name(), samples);
        }
    }

    Rounds(Plan plan, List<Peer> peers) {
        this.plan = plan;
        this.rows = Workload.all(plan.rows()).stream()
                .map(workload -> peers.stream()
                        .map(peer -> new Cell(workload, peer, new ArrayList<>()))
                        .toList())
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
            Sample sample = ClosedLoop.run(cell.peer(), cell.workload(), plan.time());
            if (round >= 0) {
                cell.samples().add(sample);
            }
        }
    }
}
