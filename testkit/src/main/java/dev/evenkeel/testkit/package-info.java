/**
 * Real PostgreSQL for tests: a cluster that can be broken on purpose, network faults and leak checks.
 *
 * <p>Begin with {@link dev.evenkeel.testkit.WithPostgres} on a test class, or with
 * {@link dev.evenkeel.testkit.PostgresCluster#start(ClusterSpec)} where no JUnit is around.
 */
@NullMarked
package dev.evenkeel.testkit;

import org.jspecify.annotations.NullMarked;
