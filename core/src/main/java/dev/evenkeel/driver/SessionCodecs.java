package dev.evenkeel.driver;

import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.postgresql.codec.CodecRegistry;
import io.r2dbc.postgresql.codec.Codecs;
import java.util.stream.StreamSupport;

/**
 * How the driver turns values of one session into bytes and back.
 *
 * @param areTheDrivers whether nobody has registered others, which might read or write the same types
 */
public record SessionCodecs(Codecs codecs, boolean areTheDrivers) {

    public static SessionCodecs of(PostgresqlConnection connection) {
        Codecs codecs = RowShape.codecs(connection);
        boolean unchanged = codecs instanceof CodecRegistry registered
                && StreamSupport.stream(registered.spliterator(), false)
                        .allMatch(codec -> codec.getClass().getPackageName().equals(Codecs.class.getPackageName()));
        return new SessionCodecs(codecs, unchanged);
    }
}
