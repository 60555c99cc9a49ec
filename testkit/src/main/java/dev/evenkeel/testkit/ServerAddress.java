package dev.evenkeel.testkit;

import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Where a server listens and who to be there; {@code query} holds driver options as they stand in a URL. */
record ServerAddress(
        String host,
        int port,
        String database,
        String user,
        @Nullable String password,
        String query) {

    private static final String SCHEME = "r2dbc:postgresql://";
    private static final int DEFAULT_PORT = 5432;

    static ServerAddress parse(String url) {
        if (!url.startsWith(SCHEME)) {
            throw malformed(url);
        }
        URI uri = URI.create(url.substring("r2dbc:".length()));
        String userInfo = uri.getRawUserInfo();
        String path = uri.getPath();
        if (uri.getHost() == null || userInfo == null || path == null || path.length() < 2) {
            throw malformed(url);
        }
        String[] credentials = userInfo.split(":", 2);
        return new ServerAddress(
                uri.getHost(),
                uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort(),
                path.substring(1),
                decode(credentials[0]),
                credentials.length < 2 ? null : decode(credentials[1]),
                uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery());
    }

    private static IllegalArgumentException malformed(String url) {
        return new IllegalArgumentException("The URL " + url.replaceAll(":[^:/@]*@", ":****@") + " must look like "
                + SCHEME + "user:password@host:port/database");
    }

    ServerAddress at(String otherHost, int otherPort) {
        return new ServerAddress(otherHost, otherPort, database, user, password, query);
    }

    String r2dbcUrl() {
        String secret = password == null ? "" : ":" + encode(password);
        return SCHEME + encode(user) + secret + "@" + host + ":" + port + "/" + database + query;
    }

    String jdbcUrl() {
        String secret = password == null ? "" : "&password=" + encode(password);
        return "jdbc:postgresql://" + host + ":" + port + "/" + database + "?user=" + encode(user) + secret;
    }

    private static String encode(String text) {
        // URLEncoder writes forms, where a blank is a plus.
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return host + ":" + port + "/" + database;
    }
}
