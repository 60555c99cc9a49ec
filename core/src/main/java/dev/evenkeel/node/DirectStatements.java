package dev.evenkeel.node;

import dev.evenkeel.driver.DriverClient;
import dev.evenkeel.driver.SessionCodecs;
import dev.evenkeel.sql.SqlStatement;
import dev.evenkeel.wire.AnswerDecoder;
import dev.evenkeel.wire.PreparedStatements;
import dev.evenkeel.wire.ValueEncoder;
import dev.evenkeel.wire.Values;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.postgresql.client.Client;
import io.r2dbc.postgresql.client.TransactionStatus;
import io.r2dbc.spi.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/**
 * Runs statements straight over the driver's client: one write and one answer each, prepared once and described once. The driver's
 * own statements parse their text each time, ask for the description each time, and open and close a portal. What comes back
 * is the same. A BEGIN that was announced leaves in the write of the first statement behind it.
 *
 * <p>One for each session; thread-safe to the degree the driver is.
 */
final class DirectStatements {

    private static final Set<String> WAYS_TO_BEGIN =
            Set.of("select", "with", "values", "table", "insert", "update", "delete", "merge");

    private final PostgresqlConnection connection;
    private final boolean allowed;
    private final Client client;
    private final AnswerDecoder answers;
    private final ValueEncoder encoder;
    private final PreparedStatements statements;
    private final PendingBegin begin;

    /** Without {@code allowed} all is left to the driver; {@code own} is a session that no pooler shares with others. */
    DirectStatements(PostgresqlConnection connection, boolean allowed, boolean own) {
        this.statements = new PreparedStatements(own);
        this.allowed = allowed;
        this.connection = connection;
        this.client = DriverClient.of(connection);
        this.answers = AnswerDecoder.of(client);
        this.begin = new PendingBegin(answers::transactionStatus);
        this.encoder = new ValueEncoder(SessionCodecs.of(connection));
    }

    /**
     * What the last statement answers: its rows, or with no {@code mapping} how many it changed. {@code null} when one of them is none for
     * this way, or its values do not fit; then the driver runs them, or says what is wrong.
     *
     * @param extent of what is a transaction of its own nothing must have been announced
     * @param commit of all but a part
     * @param exchanges is told of all of it
     * @param beside makes what is told of one of the earlier ones, if anybody is
     */
    <T> @Nullable Flux<T> run(
            BoundStatements statements,
            @Nullable Function<? super Row, ? extends T> mapping,
            Exchanges exchanges,
            Function<BoundStatement, @Nullable Exchanges> beside,
            Extent extent,
            @Nullable GroupCommit commit) {
        DirectPart last = part(statements.last(), null);
        if (last == null) {
            return null;
        }
        List<DirectPart> earlier = statements.earlier().isEmpty()
                ? List.of()
                : new ArrayList<>(statements.earlier().size());
        for (BoundStatement statement : statements.earlier()) {
            DirectPart part = part(statement, beside.apply(statement));
            if (part == null) {
                return null;
            }
            earlier.add(part);
        }
        DirectExchange<T> exchange = new DirectExchange<>(this, earlier, last, mapping, exchanges);
        return commit == null ? exchange.attempts() : exchange.committing(extent == Extent.WHOLE, commit);
    }

    /**
     * What a single statement answers; it has as many values as {@link #parametersOf} says, and the caller tells its exchanges. When
     * its reader has {@code left} it is not sent again, whatever the server says.
     */
    <T> Flux<T> run(
            String sql,
            Values values,
            @Nullable Function<? super Row, ? extends T> mapping,
            Exchanges exchanges,
            BooleanSupplier left) {
        DirectPart part = DirectPart.of(sql, values, null);
        return new DirectExchange<T>(this, List.of(), part, mapping, exchanges).unseen(left);
    }

    /** How many values a statement takes; 0 when it takes none, and when it is none for this way. */
    int parametersOf(String sql) {
        if (!allowed || sql.indexOf('$') < 0) {
            return 0;
        }
        int known = statements.parametersOf(sql);
        if (known >= 0) {
            return known;
        }
        int count = SqlStatement.parameters(sql);
        return isOne(sql, count) ? count : 0;
    }

    /** How values of this session are sent. */
    ValueEncoder encoder() {
        return encoder;
    }

    boolean isAllowed() {
        return allowed;
    }

    private @Nullable DirectPart part(BoundStatement statement, @Nullable Exchanges witness) {
        Values values = allowed ? encoder.encode(statement.values()) : null;
        return values == null || !suits(statement.sql(), values)
                ? null
                : DirectPart.of(statement.sql(), values, witness);
    }

    private boolean suits(String sql, Values values) {
        return statements.find(sql, values.types()) != null || isOne(sql, values.types().length);
    }

    private static boolean isOne(String sql, int values) {
        List<SqlStatement> found = SqlStatement.split(sql);
        return found.size() == 1
                && WAYS_TO_BEGIN.contains(found.get(0).words().get(0))
                && SqlStatement.parameters(sql) == values;
    }

    /** What leaves with the next statement. */
    PendingBegin begin() {
        return begin;
    }

    PostgresqlConnection connection() {
        return connection;
    }

    Client client() {
        return client;
    }

    /** What the server has said of the transaction last; the driver knows it, too, when this has been asked. */
    TransactionStatus status() {
        return answers.transactionStatus();
    }

    /** Before the driver decides by what it knows of the transaction: it may have read an older answer since. */
    void bringDriverUpToDate() {
        answers.transactionStatus();
    }

    /** Where they are sent, and where the answers come from. */
    AnswerDecoder answers() {
        return answers;
    }

    PreparedStatements prepared() {
        return statements;
    }
}
