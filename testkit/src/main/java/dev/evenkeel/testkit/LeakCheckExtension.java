package dev.evenkeel.testkit;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Makes a {@link LeakCheck} for every test and test class, and verifies them. */
final class LeakCheckExtension
        implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback, ParameterResolver {

    private static final Namespace NAMESPACE = Namespace.create(LeakCheckExtension.class);

    /** So that a constructor gets the check of its test, not that of the class. */
    @Override
    public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext root) {
        return ExtensionContextScope.TEST_METHOD;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        leakCheck(context);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        leakCheck(context);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        leakCheck(context).verify();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        LeakCheck begun = known(context);
        if (begun != null) {
            begun.verify();
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == LeakCheck.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return leakCheck(context);
    }

    private static LeakCheck leakCheck(ExtensionContext context) {
        return context.getStore(NAMESPACE)
                .computeIfAbsent(context.getUniqueId(), key -> create(context), LeakCheck.class);
    }

    private static LeakCheck create(ExtensionContext context) {
        LeakCheck enclosing = enclosing(context);
        if (enclosing == null) {
            return LeakCheck.on(PostgresExtension.cluster(context));
        }
        boolean test = context.getTestMethod().isPresent();
        return enclosing.inside(test ? PostgresExtension.annotation(context).pooledSessions() : 0);
    }

    /** That of the class or outer class; a parameterized test has a context without one in between. */
    private static @Nullable LeakCheck enclosing(ExtensionContext context) {
        for (Optional<ExtensionContext> outer = context.getParent();
                outer.isPresent();
                outer = outer.get().getParent()) {
            LeakCheck known = known(outer.get());
            if (known != null) {
                return known;
            }
        }
        return null;
    }

    private static @Nullable LeakCheck known(ExtensionContext context) {
        return context.getStore(NAMESPACE).get(context.getUniqueId(), LeakCheck.class);
    }
}
