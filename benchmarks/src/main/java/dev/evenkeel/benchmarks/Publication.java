package dev.evenkeel.benchmarks;

import dev.evenkeel.benchmarks.report.Chart;
import dev.evenkeel.benchmarks.report.Markdown;
import dev.evenkeel.benchmarks.report.Report;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Where a report goes. */
record Publication(Report report, Optional<Path> chart, Optional<Path> markdown) {

    static Publication of(Report report, Options options) {
        return new Publication(report, options.chart(), options.markdown());
    }

    void write(PrintStream out) throws IOException {
        out.println(Markdown.of(report, ""));
        if (chart.isPresent()) {
            Files.writeString(chart.get(), Chart.of(report));
        }
        if (markdown.isPresent()) {
            Files.writeString(markdown.get(), Markdown.of(report, linkToChart(markdown.get())));
        }
    }

    private String linkToChart(Path text) {
        Path folder = text.toAbsolutePath().resolveSibling("").normalize();
        return chart.map(picture -> folder.relativize(picture.toAbsolutePath().normalize())
                        .toString()
                        .replace('\\', '/'))
                .orElse("");
    }
}
