package dev.evenkeel.node;

import dev.evenkeel.driver.DriverClient;
import dev.evenkeel.driver.RowShape;
import dev.evenkeel.sql.SqlStatement;
import dev.evenkeel.wire.PreparedStatements;
import dev.evenkeel.wire.Values;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.postgresql.client.Binding;
import io.r2dbc.postgresql.client.Client;
import io.r2dbc.postgresql.client.TransactionStatus;
import io.r2dbc.postgresql.codec.Codecs;
import io.r2dbc.spi.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
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
    private final Codecs codecs;
    private final PreparedStatements statements = new PreparedStatements();
    private volatile @Nullable Begin begin;
    private volatile @Nullable Begin underWay;

    /** Without {@code allowed} all is left to the driver. */
    DirectStatements(PostgresqlConnection connection, boolean allowed) {
        this.allowed = allowed;
        this.connection = connection;
        this.client = DriverClient.of(connection);
        this.codecs = RowShape.codecs(connection);
    }

    /**
     * What the last statement answers: its rows, or with no {@code mapping} how many it changed. {@code null} when one of them is none for
     * this way, or its values do not fit; then the driver runs them, or says what is wrong. With {@code commitOn}, the name of the node,
     * COMMIT leaves with it.
     *
     * @param exchanges is told of all of it
     * @param beside makes what is told of one of the earlier ones, if anybody is
     */
    <T> @Nullable Flux<T> run(
            BoundStatements statements,
            @Nullable Function<? super Row, ? extends T> mapping,
            Exchanges exchanges,
            Function<BoundStatement, @Nullable Exchanges> beside,
            @Nullable Supplier<String> commitOn) {
        DirectPart last = part(statements.last(), null);
        if (last == null) {
            return null;
        }
        List<DirectPart> earlier = new ArrayList<>(statements.earlier().size());
        for (BoundStatement statement : statements.earlier()) {
            DirectPart part = part(statement, beside.apply(statement));
            if (part == null) {
                return null;
            }
            earlier.add(part);
        }
        DirectExchange<T> exchange = new DirectExchange<>(this, earlier, last, mapping, exchanges);
        return commitOn == null ? exchange.attempts() : exchange.committing(commitOn);
    }

    /**
     * What a single statement answers; it has as many values as {@link #parametersOf} says, and the caller tells its exchanges. When
     * its reader has {@code left} it is not sent again, whatever the server says.
     */
    <T> Flux<T> run(
            String sql,
            Binding values,
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

    Codecs codecs() {
        return codecs;
    }

    boolean isAllowed() {
        return allowed;
    }

    private @Nullable DirectPart part(BoundStatement statement, @Nullable Exchanges witness) {
        Binding values = allowed ? Values.bind(codecs, statement.values()) : null;
        return values == null || !suits(statement.sql(), values)
                ? null
                : DirectPart.of(statement.sql(), values, witness);
    }

    private boolean suits(String sql, Binding values) {
        return statements.find(sql, values.getParameterTypes()) != null || isOne(sql, values.size());
    }

    private static boolean isOne(String sql, int values) {
        List<SqlStatement> found = SqlStatement.split(sql);
        return found.size() == 1
                && WAYS_TO_BEGIN.contains(found.get(0).words().get(0))
                && SqlStatement.parameters(sql) == values;
    }

    /** A transaction is to begin with the next statement. */
    void announce(Begin next) {
        begin = next;
    }

    boolean isBeginAnnounced() {
        return begin != null;
    }

    /** Whether a BEGIN was sent, and the server is not known to be ready behind it: until then the driver knows of no transaction. */
    boolean isBeginUnderWay() {
        if (underWay != null && client.getTransactionStatus() != TransactionStatus.IDLE) {
            // Now it knows.
            underWay = null;
        }
        return underWay != null;
    }

    /** The server is ready again behind this BEGIN, or will never be. */
    void beginEnded(Begin sent) {
        if (underWay == sent) {
            underWay = null;
        }
    }

    /** COMMIT or ROLLBACK was answered: so was what came before it. */
    synchronized void transactionEnded() {
        begin = null;
        underWay = null;
    }

    /** The server did not begin: whatever comes next is to be refused like the first statement, and not to run by itself. */
    synchronized void beginRefused(Begin sent) {
        sent.refuse();
        begin = sent;
    }

    /** Sends what was announced by itself, and says what that was; {@code null} when there is nothing to be sent any more. */
    @Nullable
    Begin sendBegin(Consumer<Begin> alone) {
        if (begin == null) {
            return null;
        }
        synchronized (this) {
            Begin first = begin;
            if (first != null) {
                underWay = first;
                alone.accept(first);
                begin = null;
            }
            return first;
        }
    }

    /** Ends a transaction of this lease's that nothing was done in: what was to begin it; {@code null} if it has begun. */
    @Nullable
    Begin withdrawBegin(Traffic owner) {
        if (begin == null) {
            return null;
        }
        synchronized (this) {
            Begin waiting = begin;
            if (waiting == null || !waiting.belongsTo(owner)) {
                return null;
            }
            begin = null;
            beginEnded(waiting);
            return waiting;
        }
    }

    /** There was no statement, or the lease is over. */
    void forgetBegin() {
        begin = null;
        underWay = null;
    }

    /**
     * Makes the exchange of the BEGIN that is to leave with it, if there is one. Whoever comes at the same moment waits until it is
     * handed over: its statement must not get in front.
     */
    <T> Flux<T> behindBegin(Function<@Nullable Begin, Flux<T>> exchange) {
        return new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super T> actual) {
                if (begin == null) {
                    exchange.apply(null).subscribe(actual);
                    return;
                }
                synchronized (DirectStatements.this) {
                    Begin first = begin;
                    if (first != null) {
                        underWay = first;
                    }
                    exchange.apply(first).subscribe(actual);
                    if (begin == first) {
                        begin = null;
                    }
                }
            }
        };
    }

    PostgresqlConnection connection() {
        return connection;
    }

    Client client() {
        return client;
    }

    PreparedStatements prepared() {
        return statements;
    }
}
