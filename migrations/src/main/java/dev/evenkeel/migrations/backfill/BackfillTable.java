package dev.evenkeel.migrations.backfill;

import dev.evenkeel.migrations.history.HistoryTable;

/**
 * The statements that read and write {@code evenkeel_backfill}, which is made beside the history when it is first needed and
 * has one row for each backfill. The first parameter is always the name.
 *
 * @param schema not quoted
 */
record BackfillTable(String schema) {

    private static final String HASH = "encode(sha256(convert_to($3::text, 'UTF8')), 'hex')";

    private String quoted() {
        return HistoryTable.identifier(schema) + ".\"evenkeel_backfill\"";
    }

    String exists() {
        return "select to_regclass(" + HistoryTable.literal(quoted()) + ") is not null";
    }

    /** {@code place} is table and key, {@code definition} a hash of what is set and where. */
    String create() {
        return "create table if not exists " + quoted()
                + " (name text primary key, place text not null, definition text not null, cursor text,"
                + " looked_at bigint not null default 0, changed bigint not null default 0,"
                + " done boolean not null default false, begun_at timestamptz not null default now(),"
                + " rest_until timestamptz not null default now())";
    }

    /** With place and definition. */
    String begin() {
        return "insert into " + quoted() + " (name, place, definition) values ($1, $2, " + HASH
                + ") on conflict (name) do nothing";
    }

    /** With place and definition. */
    String beginAnew() {
        return "update " + quoted() + " set place = $2, definition = " + HASH
                + ", cursor = null, looked_at = 0, changed = 0, done = false, begun_at = now(), rest_until = now()"
                + " where name = $1";
    }

    /** With place and definition: whether the place is the same, whether the definition is, and whether it is done. */
    String compare() {
        return "select place = $2, definition = " + HASH + ", done from " + quoted() + " where name = $1";
    }

    /** With place and definition. */
    String redefine() {
        return "update " + quoted() + " set definition = " + HASH + " where name = $1 and place = $2";
    }

    /** Cursor, rows looked at, rows changed, whether it is done, and for how many milliseconds it is to rest. */
    String look() {
        return "select cursor, looked_at, changed, done,"
                + " greatest(0, ceil(extract(epoch from rest_until - clock_timestamp()) * 1000))::bigint from "
                + quoted() + " where name = $1";
    }

    /** The same; no row when another instance has a batch under way. */
    String claim() {
        return look() + " for update skip locked";
    }

    /**
     * With the last key, rows looked at, rows changed, whether it is done, and the pause in units of the time since BEGIN. The
     * pause is the server's to remember: several instances together must not work more than one alone.
     */
    String advance() {
        return "update " + quoted() + " set cursor = coalesce($2::text, cursor), looked_at = looked_at + $3::bigint,"
                + " changed = changed + $4::bigint, done = $5::boolean,"
                + " rest_until = clock_timestamp() + (clock_timestamp() - now()) * $6::float8 where name = $1"
                + " returning cursor, looked_at, changed, done,"
                + " greatest(0, ceil(extract(epoch from rest_until - clock_timestamp()) * 1000))::bigint";
    }
}
