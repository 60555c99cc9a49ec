package dev.evenkeel.benchmarks.report;

import java.util.List;
import java.util.Locale;

/**
 * The ratios to the baseline as bars in SVG, one for each other peer of each workload. The scale is logarithmic: twice as fast is as
 * far from the line of the baseline as half as fast.
 */
public final class Chart {

    private static final int WIDTH = 860;
    private static final int LEFT = 290;
    private static final int RIGHT = 60;
    private static final int TOP = 64;
    private static final int BAR = 14;
    private static final int GAP = 4;

    /** A light ground of its own, so that it reads the same wherever it is shown. */
    private static final String STYLE = "<style>text{font:12px sans-serif;fill:#222}.small{font-size:11px;fill:#555}"
            + ".end{text-anchor:end}.middle{text-anchor:middle}.bar{fill:#9aa7b4}.subject{fill:#0b7285}"
            + ".grid{stroke:#ddd}.one{stroke:#222}.spread{stroke:#222}</style>";

    private final Report report;
    private final ChartScale scale;
    private final StringBuilder svg = new StringBuilder();
    private int y = TOP;

    private Chart(Report report) {
        this.report = report;
        this.scale = ChartScale.of(
                report.workloads().stream()
                        .flatMap(workload -> bars(workload).stream())
                        .map(Bar::ratio)
                        .toList(),
                LEFT,
                WIDTH - RIGHT);
    }

    private record Bar(Series series, Spread ratio) {}

    /** A whole file. */
    public static String of(Report report) {
        return new Chart(report).draw();
    }

    static String title(Report report) {
        return "Operations per second, %s = 1".formatted(report.baseline());
    }

    private List<Bar> bars(List<Series> workload) {
        return Report.of(report.baseline(), workload).stream()
                .flatMap(baseline -> workload.stream()
                        .filter(one -> !one.peer().equals(baseline.peer()))
                        .map(one -> new Bar(one, one.ratioTo(baseline))))
                .filter(bar -> ChartScale.shows(bar.ratio()))
                .toList();
    }

    private String draw() {
        report.workloads().forEach(workload -> draw(workload.get(0), bars(workload)));
        StringBuilder file = new StringBuilder(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n"
                        .formatted(WIDTH, y, WIDTH, y));
        file.append("<title>%s</title>\n%s\n".formatted(escaped(title(report)), STYLE));
        file.append("<rect class=\"ground\" width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n".formatted(WIDTH, y));
        file.append("<text x=\"16\" y=\"26\">%s</text>\n".formatted(escaped(title(report))));
        for (double mark : scale.marks()) {
            file.append(grid(mark));
        }
        return file.append(svg).append("</svg>\n").toString();
    }

    private String grid(double mark) {
        double x = scale.x(mark);
        return String.format(
                Locale.ROOT,
                "<line class=\"%s\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>"
                        + "<text class=\"small middle\" x=\"%.1f\" y=\"%d\">%s</text>\n",
                mark == 1 ? "one" : "grid",
                x,
                x,
                TOP - 10,
                y - 10,
                x,
                TOP - 16,
                mark < 1 ? "1/%.0f".formatted(1 / mark) : "%.0f".formatted(mark));
    }

    private void draw(Series workload, List<Bar> bars) {
        if (bars.isEmpty()) {
            return;
        }
        svg.append("<text x=\"16\" y=\"%d\">%s, %d in flight</text>\n"
                .formatted(y + BAR - 2, escaped(workload.workload()), workload.inFlight()));
        y += BAR + GAP;
        bars.forEach(this::draw);
        y += 2 * GAP + BAR / 2;
    }

    private void draw(Bar bar) {
        Spread ratio = bar.ratio();
        double from = Math.min(scale.x(1), scale.x(ratio.median()));
        double to = Math.max(scale.x(1), scale.x(ratio.median()));
        int middle = y + BAR / 2;
        svg.append(String.format(
                Locale.ROOT,
                "<text class=\"small end\" x=\"%d\" y=\"%d\">%s</text>"
                        + "<rect class=\"bar%s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>"
                        + "<line class=\"spread\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>"
                        + "<text class=\"small\" x=\"%.1f\" y=\"%d\">%s</text>\n",
                LEFT - 70,
                y + BAR - 3,
                escaped(bar.series().peer()),
                bar.series().peer().equals(report.subject()) ? " subject" : "",
                from,
                y,
                to - from,
                BAR,
                scale.x(ratio.least()),
                scale.x(ratio.most()),
                middle,
                middle,
                Math.max(scale.x(ratio.most()), to) + 6,
                y + BAR - 3,
                Figures.ratio(ratio)));
        y += BAR + GAP;
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
