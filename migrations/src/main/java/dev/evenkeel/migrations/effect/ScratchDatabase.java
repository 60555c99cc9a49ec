package dev.evenkeel.migrations.effect;

import dev.evenkeel.migrations.history.HistoryTable;
import dev.evenkeel.migrations.session.MigrationSession;
import dev.evenkeel.migrations.session.SessionRunner;
import java.sql.SQLException;
import java.util.UUID;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/**
 * An empty database beside the live one, for as long as it is used. One that a process has left behind when it died is dropped
 * by whoever makes the next one.
 */
public final class ScratchDatabase {

    private static final Logger log = LoggerFactory.getLogger(ScratchDatabase.class);

    /** The second of its birth is in its name: the catalog does not know it. */
    private static final String PREFIX = "evenkeel_scratch_";

    private static final String LEFT_BEHIND =
            "select quote_ident(datname) from pg_database d where datname ~ '^" + PREFIX
                    + "\\d+_' and substring(datname from '_(\\d+)_')::bigint < extract(epoch from now()) - 3600"
                    + " and pg_get_userbyid(datdba) = current_user"
                    + " and not exists (select from pg_stat_activity a where a.datid = d.oid)";

    private static final String NAME = "select '" + PREFIX + "' || extract(epoch from now())::bigint || '_%s'";

    private final SessionRunner sessions;

    public ScratchDatabase(SessionRunner sessions) {
        this.sessions = sessions;
    }

    /** Makes it with this schema first in the search path, uses it, and drops it whatever happens. */
    public <T> Mono<T> use(String schema, Function<SessionRunner, Mono<T>> work) {
        String quoted = HistoryTable.identifier(schema);
        return Mono.usingWhen(
                sessions.ask((session, progress) -> create(session, quoted)),
                name -> {
                    SessionRunner inside = sessions.inDatabase(name);
                    return inside.ask((session, progress) -> {
                                session.execute("create schema if not exists " + quoted);
                                return name;
                            })
                            .then(Mono.defer(() -> work.apply(inside)));
                },
                this::drop,
                (name, error) -> drop(name),
                this::drop);
    }

    private static String create(MigrationSession session, String schema) throws SQLException {
        for (String old : session.query(LEFT_BEHIND, row -> row.getString(1))) {
            session.execute("drop database if exists " + old);
        }
        String random = UUID.randomUUID().toString().substring(0, 8);
        String name =
                session.query(NAME.formatted(random), row -> row.getString(1)).get(0);
        session.execute("create database " + name);
        session.execute("alter database %s set search_path = %s, public".formatted(name, schema));
        return name;
    }

    private Mono<Void> drop(String name) {
        return sessions.ask((session, progress) -> {
                    session.execute("drop database if exists %s with (force)".formatted(name));
                    return name;
                })
                .doOnError(failure -> log.warn("The scratch database {} is still there", name, failure))
                .then();
    }
}
