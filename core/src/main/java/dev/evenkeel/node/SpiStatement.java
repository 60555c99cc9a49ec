package dev.evenkeel.node;

import dev.evenkeel.event.BoundValues;
import dev.evenkeel.wire.Values;
import io.r2dbc.postgresql.util.GeneratedValuesUtils;
import io.r2dbc.spi.Parameters;
import io.r2dbc.spi.Result;
import io.r2dbc.spi.Statement;
import java.util.Arrays;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

/**
 * A statement of the SPI with one value for each of its parameters, which goes by way of {@link DirectStatements}. Whatever else is
 * asked of it, the driver's own statement does, which is made when it is needed: that also says what is wrong with a value. As with
 * the driver's, nothing is sent before somebody reads the result.
 */
final class SpiStatement implements Statement {

    private final DirectStatements direct;
    private final String sql;
    private final Traffic traffic;
    private final @Nullable Function<BoundValues, Exchanges> observer;
    private final Supplier<Statement> making;
    private final @Nullable Object[] given;
    private final @Nullable Object[] prepared;
    private @Nullable Statement byDriver;
    private String @Nullable [] generated;

    SpiStatement(
            DirectStatements direct,
            String sql,
            int parameters,
            Traffic traffic,
            @Nullable Function<BoundValues, Exchanges> observer,
            Supplier<Statement> making) {
        this.direct = direct;
        this.sql = sql;
        this.traffic = traffic;
        this.observer = observer;
        this.making = making;
        this.given = new @Nullable Object[parameters];
        this.prepared = new @Nullable Object[parameters];
    }

    @Override
    public Publisher<? extends Result> execute() {
        Values values = byDriver == null ? direct.encoder().ofPrepared(prepared) : null;
        if (values == null) {
            return leaveToDriver().execute();
        }
        @Nullable Object[] bound = given.clone();
        Exchanges exchanges =
                observer == null ? traffic : observer.apply(BoundValues.ofParameters(Arrays.asList(bound)));
        String sent = generated == null ? sql : GeneratedValuesUtils.augment(sql, generated);
        return Mono.just(new SpiResult(
                direct, sent, values, traffic, exchanges, () -> replayed(bound).execute()));
    }

    private Statement leaveToDriver() {
        Statement statement = byDriver;
        if (statement == null) {
            statement = replayed(given);
            byDriver = statement;
        }
        return statement;
    }

    private Statement replayed(@Nullable Object[] bound) {
        Statement statement = making.get();
        if (generated != null) {
            statement.returnGeneratedValues(generated);
        }
        for (int i = 0; i < bound.length; i++) {
            Object value = bound[i];
            if (value != null) {
                statement.bind(i, value);
            }
        }
        return statement;
    }

    @Override
    public Statement bind(int index, Object value) {
        if (byDriver != null || index < 0 || index >= given.length || value == null || Values.comesLater(value)) {
            leaveToDriver().bind(index, value);
        } else {
            prepared[index] = direct.encoder().prepare(value);
            given[index] = value;
        }
        return this;
    }

    @Override
    public Statement bindNull(int index, Class<?> type) {
        if (byDriver != null || index < 0 || index >= given.length || type == null) {
            leaveToDriver().bindNull(index, type);
        } else {
            prepared[index] = direct.encoder().prepareNull(type);
            given[index] = Parameters.in(type);
        }
        return this;
    }

    @Override
    public Statement bind(String name, Object value) {
        int index = position(name);
        if (index < 0) {
            leaveToDriver().bind(name, value);
            return this;
        }
        return bind(index, value);
    }

    @Override
    public Statement bindNull(String name, Class<?> type) {
        int index = position(name);
        if (index < 0) {
            leaveToDriver().bindNull(name, type);
            return this;
        }
        return bindNull(index, type);
    }

    /** Of {@code $1} and so on; -1 for what is no such name. */
    private static int position(@Nullable String name) {
        if (name == null || name.length() < 2 || name.charAt(0) != '$') {
            return -1;
        }
        try {
            return Integer.parseInt(name.substring(1)) - 1;
        } catch (NumberFormatException other) {
            return -1;
        }
    }

    @Override
    public Statement add() {
        leaveToDriver().add();
        return this;
    }

    @Override
    public Statement returnGeneratedValues(String... columns) {
        if (byDriver != null) {
            byDriver.returnGeneratedValues(columns);
            return this;
        }
        // The driver knows whether there can be any.
        Statement unused = making.get().returnGeneratedValues(columns);
        generated = columns.clone();
        return this;
    }

    @Override
    public Statement fetchSize(int rows) {
        if (byDriver != null || rows != 0) {
            leaveToDriver().fetchSize(rows);
        }
        return this;
    }

    /** Values are nobody's business. */
    @Override
    public String toString() {
        return sql;
    }
}
