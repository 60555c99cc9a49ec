package dev.evenkeel.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The report as tables in Markdown. */
public final class Markdown {

    private final Report report;
    private final StringBuilder text = new StringBuilder();

    private Markdown(Report report) {
        this.report = report;
    }

    /**
     * A whole file.
     *
     * @param chart where the chart lies, seen from the text; empty when there is none
     */
    public static String of(Report report, String chart) {
        return new Markdown(report).write(chart);
    }

    private String write(String chart) {
        text.append("# Performance\n\n").append(report.conditions()).append('\n');
        if (!chart.isEmpty()) {
            text.append("\n![%s](%s)\n".formatted(Chart.title(report), chart));
        }
        ratiosOfTheSubject();
        allFigures();
        heap();
        errors();
        return text.toString();
    }

    private void ratiosOfTheSubject() {
        List<String> others = new ArrayList<>(report.peers());
        if (!others.remove(report.subject()) || others.isEmpty()) {
            return;
        }
        text.append("\n## %s divided by each of the others\n\n".formatted(report.subject()));
        text.append("Operations per second, the median of the rounds, and the least and the most.\n\n");
        row("workload", "in flight", others);
        text.append("|---|--:|").append("--:|".repeat(others.size())).append('\n');
        for (List<Series> workload : report.workloads()) {
            Report.of(report.subject(), workload)
                    .ifPresent(subject -> row(
                            subject.workload(),
                            String.valueOf(subject.inFlight()),
                            others.stream()
                                    .map(peer -> ratio(subject, peer, workload))
                                    .toList()));
        }
    }

    private void row(String workload, String inFlight, List<String> cells) {
        text.append(cells.stream()
                .collect(Collectors.joining(" | ", "| %s | %s | ".formatted(workload, inFlight), " |\n")));
    }

    private static String ratio(Series subject, String peer, List<Series> workload) {
        return Report.of(peer, workload)
                .map(subject::ratioTo)
                .map(ratio -> "**%s** %s".formatted(Figures.ratio(ratio), Figures.range(ratio)))
                .orElse(Figures.NONE);
    }

    private void allFigures() {
        text.append(
                "\n## All figures\n\n| workload | in flight | peer | per second | ratio to %s | spread | p50 | p99 |"
                        .formatted(report.baseline()));
        text.append(" processor time | bytes per operation | errors |\n|---|--:|---|")
                .append("--:|".repeat(8));
        text.append('\n');
        report.workloads().forEach(workload -> workload.forEach(one -> text.append(line(one, workload))));
    }

    private String line(Series one, List<Series> workload) {
        Spread ratio = Report.of(report.baseline(), workload).map(one::ratioTo).orElse(Spread.NONE);
        return "| %s | %d | %s | %s | %s | %s | %s | %s | %s | %s | %s |\n"
                .formatted(
                        one.workload(),
                        one.inFlight(),
                        one.peer(),
                        Figures.of("%,.1f", one.median(Sample::perSecond)),
                        Figures.ratio(ratio),
                        Figures.range(ratio),
                        Figures.duration(one.median(sample -> sample.latency().medianNanos())),
                        Figures.duration(one.median(sample -> sample.latency().p99Nanos())),
                        Figures.of("%,.1f µs", one.median(Sample::cpuMicrosPerOperation)),
                        Figures.of("%,.0f", one.median(Sample::bytesPerOperation)),
                        one.errors() == 0 ? "0" : "**%,d**".formatted(one.errors()));
    }

    private void heap() {
        if (report.streamHeap().isEmpty()) {
            return;
        }
        text.append("\n| peer | live heap before the stream | peak live heap while it ran |\n|---|--:|--:|\n");
        report.streamHeap()
                .forEach((peer, heap) -> text.append("| %s | %s | %s |\n"
                        .formatted(peer, Figures.megabytes(heap.beforeBytes()), Figures.megabytes(heap.peakBytes()))));
    }

    private void errors() {
        report.series().stream()
                .filter(one -> one.errors() > 0)
                .forEach(one -> text.append("\n**Errors** of %s, %s, %d in flight: %s\n"
                        .formatted(one.peer(), one.workload(), one.inFlight(), one.firstError())));
    }
}
