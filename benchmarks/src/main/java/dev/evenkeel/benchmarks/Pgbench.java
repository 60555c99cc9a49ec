package dev.evenkeel.benchmarks;

import dev.evenkeel.benchmarks.peer.Peer;
import dev.evenkeel.benchmarks.peer.Server;
import dev.evenkeel.benchmarks.report.Sample;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * PostgreSQL's own load generator, in C and without a pool: it never has more callers than connections, and its latency is
 * without a wait for one. It runs for whole seconds.
 */
record Pgbench(Path program, PgbenchScripts scripts, Server server) implements Contender {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Override
    public String name() {
        return scripts.name();
    }

    @Override
    public boolean runs(Workload workload) {
        return scripts.of(workload).isPresent();
    }

    @Override
    public int mostCallers() {
        return Peer.CONNECTIONS;
    }

    @Override
    public Optional<Peer> inThisProcess() {
        return Optional.empty();
    }

    @Override
    public Sample run(Workload workload, Duration time) {
        try (PgbenchFolder folder = PgbenchFolder.create(scripts.of(workload).orElseThrow())) {
            double cpu = ChildTime.nanos();
            Process process = new ProcessBuilder(command(workload, time, folder))
                    .redirectErrorStream(true)
                    .redirectOutput(folder.output().toFile())
                    .start();
            boolean ended = process.waitFor(time.plus(PATIENCE).toMillis(), TimeUnit.MILLISECONDS);
            if (!ended) {
                process.destroyForcibly();
            }
            String output = Files.readString(folder.output());
            return ended && process.exitValue() == 0
                    ? sample(workload, output, folder, ChildTime.nanos() - cpu)
                    : Sample.failed(output);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot run " + name(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted: " + name(), e);
        }
    }

    private List<String> command(Workload workload, Duration time, PgbenchFolder folder) {
        URI url = URI.create(server.postgresUrl());
        int connections = Math.min(workload.inFlight(), mostCallers());
        int threads = Math.min(connections, Runtime.getRuntime().availableProcessors());
        long seconds = Math.max(1, (time.toMillis() + 999) / 1_000);
        return List.of(
                program.toString(),
                "--no-vacuum",
                "--protocol=prepared",
                "--file=" + folder.script(),
                "--client=" + connections,
                "--jobs=" + threads,
                "--time=" + seconds,
                "--log",
                "--log-prefix=" + folder.logPrefix(),
                "--host=" + url.getHost(),
                "--port=" + url.getPort(),
                "--username=" + url.getUserInfo(),
                url.getPath().substring(1));
    }

    private Sample sample(Workload workload, String text, PgbenchFolder folder, double cpu) throws IOException {
        PgbenchOutput output = PgbenchOutput.parse(text);
        return new Sample(
                output.transactions() * scripts.operations(workload),
                output.transactions() / output.perSecond() * TimeUnit.SECONDS.toNanos(1),
                Double.NaN,
                cpu,
                PgbenchOutput.latency(folder.log()),
                output.failed(),
                output.failed() == 0 ? "" : text);
    }

    @Override
    public void close() {
        // Each run has connections of its own.
    }
}
