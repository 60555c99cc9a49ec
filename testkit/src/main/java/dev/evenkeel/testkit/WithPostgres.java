package dev.evenkeel.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives a JUnit test class a real PostgreSQL and checks after every test that nothing leaked ({@link LeakCheck}).
 *
 * <p>Constructors, tests and lifecycle methods can have parameters of type {@link PostgresCluster} and
 * {@link LeakCheck}. Classes that ask for the same share one cluster per JVM, <em>with its data</em>; its proxies are
 * taken away and its health is checked before each class, and a broken one is replaced.
 *
 * <p>Where the servers come from is decided by system properties:
 * <ul>
 * <li>by default they are embedded, of the version on the class path (see {@link PostgresCluster});
 * <li>{@code evenkeel.test.url=r2dbc:postgresql://user:password@host:port/database}: a server of your own;
 * <li>{@code evenkeel.test.container=postgres:18}: a container, by Testcontainers.
 * </ul>
 * The last two are single plain servers: classes that ask for more, and tests that kill, hang or promote, are skipped.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@ExtendWith({PostgresExtension.class, LeakCheckExtension.class})
public @interface WithPostgres {

    /** See {@link ClusterSpec#replicas}. */
    int replicas() default 0;

    /** See {@link ClusterSpec#synchronous}. */
    int synchronous() default 0;

    /** See {@link ClusterSpec#tls}. */
    boolean tls() default false;

    /** See {@link ClusterSpec#settings}; each is {@code name=value}. */
    String[] settings() default {};

    /** See {@link ClusterSpec#database}. */
    String database() default "postgres";

    /** See {@link ClusterSpec#user}. */
    String user() default "postgres";

    /** See {@link ClusterSpec#password}; empty for none. */
    String password() default "";

    /** A cluster for this class alone, fresh and closed after it: for classes that break it or need empty databases. */
    boolean isolated() default false;

    /**
     * How many sessions per node may stay open between the tests of this class, because it keeps a pool: the pool's
     * maximum, and one for each other connection kept. They must be idle, and gone after the class.
     */
    int pooledSessions() default 0;
}
