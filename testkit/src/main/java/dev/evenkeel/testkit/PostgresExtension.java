package dev.evenkeel.testkit;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/** Opens the cluster that {@link WithPostgres} asks for, or skips the class if it cannot be had. */
final class PostgresExtension implements BeforeAllCallback, ParameterResolver {

    private static final Namespace NAMESPACE = Namespace.create(PostgresExtension.class);

    @Override
    public void beforeAll(ExtensionContext context) {
        cluster(context);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == PostgresCluster.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return cluster(context);
    }

    /** The cluster of the class {@code context} belongs to; nested classes use that of the outermost. */
    static PostgresCluster cluster(ExtensionContext context) {
        Store store = context.getStore(NAMESPACE);
        // The constructor of a class with one instance for all tests asks before beforeAll does.
        return store.computeIfAbsent(ClassCluster.class, key -> open(context), ClassCluster.class)
                .cluster();
    }

    static WithPostgres annotation(ExtensionContext context) {
        return AnnotationSupport.findAnnotation(
                        context.getRequiredTestClass(), WithPostgres.class, context.getEnclosingTestClasses())
                .orElseThrow(() -> new IllegalStateException(
                        context.getDisplayName() + " has no @WithPostgres: annotate the class"));
    }

    private static ClassCluster open(ExtensionContext context) {
        WithPostgres wanted = annotation(context);
        ClusterSpec spec = spec(wanted);
        PostgresSource source = PostgresSource.chosen();
        source.refusal(spec, wanted.isolated())
                .ifPresent(reason -> Assumptions.abort(context.getDisplayName() + " " + reason));
        if (wanted.isolated()) {
            return new ClassCluster(source.open(spec), true);
        }
        SharedClusters shared = context.getRoot()
                .getStore(NAMESPACE)
                .computeIfAbsent(SharedClusters.class, key -> new SharedClusters(), SharedClusters.class);
        return new ClassCluster(shared.take(source, spec, context.getDisplayName()), false);
    }

    private static ClusterSpec spec(WithPostgres wanted) {
        ClusterSpec.Builder builder = ClusterSpec.builder()
                .replicas(wanted.replicas())
                .synchronous(wanted.synchronous())
                .tls(wanted.tls())
                .database(wanted.database())
                .user(wanted.user());
        if (!wanted.password().isEmpty()) {
            builder.user(wanted.user(), wanted.password());
        }
        for (String setting : wanted.settings()) {
            String[] nameAndValue = setting.split("=", 2);
            if (nameAndValue.length < 2) {
                throw new IllegalArgumentException(
                        "settings of @WithPostgres has \"" + setting + "\" but must have name=value");
            }
            builder.setting(nameAndValue[0].trim(), nameAndValue[1].trim());
        }
        return builder.build();
    }

    /** JUnit closes it after the class. */
    private record ClassCluster(PostgresCluster cluster, boolean isolated) implements AutoCloseable {
        @Override
        public void close() {
            if (isolated) {
                cluster.close();
            }
        }
    }
}
