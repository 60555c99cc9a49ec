package dev.evenkeel.spring;

import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import reactor.blockhound.BlockHound;
import reactor.blockhound.integration.BlockHoundIntegration;

/** What may block an event loop in the tests: the operating system's random numbers, which the driver's login reads. */
public final class EventLoopRules implements BlockHoundIntegration, BeforeAllCallback {

    /** By BlockHound's own listener it would be installed in Maven, too, which looks for the tests that several processes share. */
    @Override
    public void beforeAll(ExtensionContext test) {
        BlockHound.install();
    }

    @Override
    public void applyTo(BlockHound.Builder builder) {
        builder.allowBlockingCallsInside("java.security.SecureRandom", "nextBytes");
        // The lock of the JDK's timers, which nobody holds for long.
        for (String method : new String[] {"offer", "remove"}) {
            builder.allowBlockingCallsInside(
                    "java.util.concurrent.ScheduledThreadPoolExecutor$DelayedWorkQueue", method);
        }
    }
}
