package dev.evenkeel.examples.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class QuickstartIT {

    @Test
    void printsWhatTheTransactionWroteAndThatAllIsWell() {
        assertThat(outputOf(Quickstart::main).lines().toList())
                .satisfiesExactly(
                        line -> assertThat(line).isEqualTo("1: Hello"),
                        line -> assertThat(line).isEqualTo("2: from a transaction"),
                        line -> assertThat(line).startsWith("HEALTHY "));
    }

    private static String outputOf(Runnable program) {
        PrintStream before = System.out;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (PrintStream captured = new PrintStream(bytes, true, UTF_8)) {
            System.setOut(captured);
            program.run();
        } finally {
            System.setOut(before);
        }
        return bytes.toString(UTF_8);
    }
}
