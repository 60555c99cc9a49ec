package dev.evenkeel.migrations.cli;

import dev.evenkeel.DatabaseConfig;
import dev.evenkeel.ReactiveDatabaseManager;
import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code evenkeel}: migrates a schema, takes migrations back, and tells how the schema is. */
@Command(
        name = "evenkeel",
        mixinStandardHelpOptions = true,
        description =
                "Migrates the schema of a PostgreSQL database, takes migrations back, and tells how the schema is.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:done",
            "1:all is not well (validate, effects --fail-on, status --check)",
            "2:wrong usage or settings",
            "3:it failed",
            "4:the database cannot be reached"
        },
        subcommands = {
            StatusCommand.class,
            MigrateCommand.class,
            RollbackCommand.class,
            ReleaseCommand.class,
            ContractCommand.class,
            NewCommand.class,
            ValidateCommand.class,
            EffectsCommand.class
        })
public final class Evenkeel implements Runnable {

    private final Map<String, String> environment;
    private final Reader in;
    private final boolean terminal;

    @Spec
    private @Nullable CommandSpec spec;

    /** {@code terminal} says whether somebody sits there who can be asked. */
    Evenkeel(Map<String, String> environment, Reader in, boolean terminal) {
        this.environment = Map.copyOf(environment);
        this.in = in;
        this.terminal = terminal;
    }

    public static void main(String... arguments) {
        // Nobody configures a log here, and that must not be the first thing that somebody reads.
        System.setProperty("slf4j.internal.verbosity", "ERROR");
        Reader in = new java.io.InputStreamReader(System.in, StandardCharsets.UTF_8);
        System.exit(commandLine(new Evenkeel(System.getenv(), in, isTerminal())).execute(arguments));
    }

    /** From JDK 22 on there is a console even where input and output are redirected; it has a method then that tells. */
    @SuppressWarnings("SystemConsoleNull")
    private static boolean isTerminal() {
        Console console = System.console();
        try {
            return console != null
                    && (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return true;
        }
    }

    static CommandLine commandLine(Evenkeel evenkeel) {
        return new CommandLine(evenkeel).setCaseInsensitiveEnumValuesAllowed(true);
    }

    /** Without a command there is nothing to do. */
    @Override
    public void run() {
        throw new ParameterException(spec().commandLine(), "Which command?");
    }

    private CommandSpec spec() {
        return Objects.requireNonNull(spec, "picocli sets it");
    }

    Map<String, String> environment() {
        return environment;
    }

    boolean terminal() {
        return terminal;
    }

    Output output(boolean json) {
        PrintWriter out = spec().commandLine().getOut();
        return new Output(out, spec().commandLine().getErr(), terminal, json);
    }

    ReactiveDatabaseManager start(DatabaseConfig config) {
        return Objects.requireNonNull(ReactiveDatabaseManager.start(config).block());
    }

    /** Asks whoever sits there. */
    boolean agrees(String question) {
        PrintWriter err = spec().commandLine().getErr();
        err.print(question + " [y/N] ");
        err.flush();
        try {
            String answer = new BufferedReader(in).readLine();
            return answer != null && answer.strip().equalsIgnoreCase("y");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All that is typed or piped in. */
    String input() {
        try (BufferedReader reader = new BufferedReader(in)) {
            StringBuilder text = new StringBuilder();
            reader.lines().forEach(line -> text.append(line).append('\n'));
            return text.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
