package dev.evenkeel.migrations.effect;

import dev.evenkeel.migrations.LockMode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A table, index or view at one moment of a transaction.
 *
 * @param table the oid of the table that an index is of; for anything else its own
 * @param file the number of its file, which is another one when it was written anew; 0 when it has none
 * @param lock the strongest that this session holds on it
 * @param scans how often this transaction read all of it
 * @param changed how many rows this transaction changed
 * @param columns the names of its columns
 */
record Relation(
        long oid,
        String name,
        char kind,
        long table,
        long file,
        @Nullable LockMode lock,
        long scans,
        long changed,
        Set<String> columns) {

    /** All relations that are no catalogs. Nothing in it takes a lock on what it looks at. */
    static final String ALL = """
            select c.oid::bigint, quote_ident(n.nspname) || '.' || quote_ident(c.relname), c.relkind,
              coalesce(i.indrelid, c.oid)::bigint, coalesce(pg_relation_filenode(c.oid), 0)::bigint,
              l.modes, coalesce(pg_stat_get_xact_numscans(c.oid), 0),
              coalesce(pg_stat_get_xact_tuples_inserted(c.oid), 0) + coalesce(pg_stat_get_xact_tuples_updated(c.oid), 0)
                + coalesce(pg_stat_get_xact_tuples_deleted(c.oid), 0),
              (select string_agg(attname, chr(31)) from pg_attribute a
                where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped)
            from pg_class c
            join pg_namespace n on n.oid = c.relnamespace
            left join pg_index i on i.indexrelid = c.oid
            left join (
              select relation, string_agg(distinct mode, ',') as modes from pg_locks
              where pid = pg_backend_pid() and locktype = 'relation' and granted group by relation) l on l.relation = c.oid
            where n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast') and n.nspname not like 'pg\\_temp\\_%%'
              and c.relkind in ('r', 'p', 'm', 'v', 'i', 'I') and c.oid <> coalesce(to_regclass(%s), 0::oid)""";

    Relation {
        columns = Set.copyOf(columns);
    }

    static Relation of(ResultSet row) throws SQLException {
        String modes = row.getString(6);
        String columns = row.getString(9);
        return new Relation(
                row.getLong(1),
                row.getString(2),
                row.getString(3).charAt(0),
                row.getLong(4),
                row.getLong(5),
                modes == null
                        ? null
                        : Stream.of(modes.split(",", -1))
                                .map(LockMode::of)
                                .max(LockMode::compareTo)
                                .orElse(null),
                row.getLong(7),
                row.getLong(8),
                columns == null ? Set.of() : new TreeSet<>(List.of(columns.split("\u001f", -1))));
    }

    boolean isIndex() {
        return kind == 'i' || kind == 'I';
    }

    static Map<Long, Relation> byOid(List<Relation> relations) {
        Map<Long, Relation> all = new TreeMap<>();
        relations.forEach(relation -> all.put(relation.oid(), relation));
        return all;
    }
}
