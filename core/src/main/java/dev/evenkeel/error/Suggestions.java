package dev.evenkeel.error;

import java.util.List;

/** What to do about a failure, cheapest first. */
final class Suggestions {

    private Suggestions() {}

    static List<String> forState(SqlState state, String code) {
        return switch (state) {
            case LOGIN_REFUSED -> login(code);
            case CONNECTION_FAILURE ->
                List.of(
                        "check that the server runs and that host and port are those of 'primary' or 'replica'",
                        "check firewalls and TLS settings between this host and the server");
            case SESSION_TERMINATED ->
                List.of("repeat the call: the server ended the session", "ask who restarted or terminated it");
            case NOT_ACCEPTING_YET -> List.of("wait: the server is starting up, shutting down or recovering");
            case TOO_MANY_CONNECTIONS ->
                List.of(
                        "lower pool.maxSize so that all instances together stay below max_connections",
                        "look for other clients that hold connections (pg_stat_activity)");
            case READ_ONLY_NODE -> List.of("leave .readOnly() out, or use ConnectionOptions.write(): this call writes");
            case CONFLICT -> List.of("run the whole transaction again", "touch rows in the same order everywhere");
            case STALE_PLAN ->
                List.of(
                        "repeat the call: the server no longer knows the prepared statement",
                        "behind a pooler in transaction mode set preparedStatementCacheQueries=0 in the URL");
            case TRANSACTION_ABORTED ->
                List.of("find the statement that failed first: an error inside a transaction was swallowed");
            case CONSTRAINT -> List.of("see details() for the constraint and correct the data");
            case BAD_DATA -> List.of("check type, range and encoding of the bound values");
            case BAD_SYNTAX -> List.of("check the statement's text; parameters are written $1, $2, ...");
            case NOT_PERMITTED -> List.of("grant the missing right to the role, or use another role");
            case LOCK_NOT_AVAILABLE -> List.of("repeat later: another transaction holds the lock");
            case CANCELED -> List.of("give the call a longer timeout", "look at the statement's plan");
            case OUT_OF_RESOURCES -> List.of("free disk, memory or settings on the server; a retry makes it worse");
            case UNKNOWN_OBJECT ->
                code.equals("42883")
                        ? noSuchFunction()
                        : List.of("run the pending migrations", "check the spelling and the search_path");
            case OTHER -> List.of();
        };
    }

    static List<String> forEncryption(EncryptionFailedException.Reason reason) {
        return switch (reason) {
            case CERTIFICATE_EXPIRED ->
                List.of("renew the server's certificate and reload the server", "check this machine's clock");
            case CERTIFICATE_NOT_YET_VALID -> List.of("check this machine's clock and the server's");
            case CERTIFICATE_UNTRUSTED ->
                List.of(
                        "give the authority that issued it: TlsConfig.verifyFull(Path), or sslRootCert in the URL",
                        "do not connect if the authority is unknown to you: somebody may be in between");
            case CERTIFICATE_WRONG_HOST ->
                List.of(
                        "use one of its names as the host, or have a certificate issued for this host",
                        "with TlsConfig.Mode.VERIFY_CA any certificate of the authority will do");
            case CLIENT_CERTIFICATE_EXPIRED ->
                List.of("renew the client certificate; it is read again with the next connection");
            case CLIENT_CERTIFICATE_REFUSED ->
                List.of(
                        "check tls.clientCertificate: its authority must be in the server's ssl_ca_file",
                        "check its dates, and the clocks of both machines");
            case TLS_NOT_OFFERED ->
                List.of(
                        "switch ssl on in the server's postgresql.conf; plaintext is never used instead",
                        "leave TLS out of the settings where plaintext is meant");
            case TLS_FAILED ->
                List.of(
                        "check that both sides have a TLS version and a cipher in common",
                        "look into the server's log: it names the reason");
            case CERTIFICATES_UNAVAILABLE -> List.of("look at the certificate source, or at what it reads from");
        };
    }

    /** PgBouncer knows few of the parameters that a session can begin with, and refuses the others. */
    static List<String> unsupportedParameter() {
        return List.of(
                "if it is extra_float_digits, set ignore_startup_parameters = extra_float_digits in pgbouncer.ini",
                "otherwise leave it out of the URL: in a pooled session it would be everybody's");
    }

    static List<String> unresolvedName() {
        return List.of("check the spelling of the host", "check that this machine's DNS knows it");
    }

    private static List<String> noSuchFunction() {
        return List.of(
                "bind a value of the type that the statement expects, or cast it: $1::integer",
                "check the spelling and the search_path",
                "run the pending migrations");
    }

    private static List<String> login(String code) {
        return switch (code) {
            case "3D000" -> List.of("check the database name at the end of the URL, or create the database");
            case "28P01" ->
                List.of(
                        "check user and password in the URL, in 'credentials' or in DATABASE_USER and DATABASE_PASSWORD");
            default ->
                List.of(
                        "check user and password in the URL or in 'credentials'",
                        "check that the server's pg_hba.conf lets this user in from this host, with or without TLS",
                        "if it asks for a client certificate, give one with the role's name: tls.clientCertificate");
        };
    }
}
