package dev.evenkeel.testkit;

/** The roles and the database that a spec asks for, made on a fresh primary. */
record FirstSteps(ClusterSpec spec) {

    void run(PostgresNode primary) {
        AdminSql sql =
                new AdminSql(new ServerAddress(primary.host(), primary.port(), AdminSql.USER, AdminSql.USER, null, ""));
        if (!spec.user().equals(AdminSql.USER)) {
            sql.execute("create role " + spec.user() + " login" + password());
        }
        if (spec.tls()) {
            sql.execute("create role " + TlsMaterial.CLIENT_USER + " login");
        }
        if (!spec.database().equals("postgres")) {
            sql.execute("create database " + spec.database() + " owner " + spec.user());
        } else if (!spec.user().equals(AdminSql.USER)) {
            // Since version 15 nobody else may create tables there.
            sql.execute("grant all on schema public to " + spec.user());
        }
    }

    private String password() {
        String password = spec.password();
        return password == null ? "" : " password '" + password.replace("'", "''") + "'";
    }
}
