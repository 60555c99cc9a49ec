package dev.evenkeel;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/** Fails a test class that left a buffer of Netty's for the garbage collector, whose memory is lost until then or for ever. */
final class BufferLeaks implements BeforeAllCallback, AfterAllCallback {

    private final ListAppender<ILoggingEvent> reports = new ListAppender<>();
    private final ResourceLeakDetector.Level usual = ResourceLeakDetector.getLevel();

    @Override
    public void beforeAll(ExtensionContext context) {
        collect();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        reports.start();
        detector().addAppender(reports);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        collect();
        detector().detachAppender(reports);
        ResourceLeakDetector.setLevel(usual);
        assertThat(reports.list).extracting(ILoggingEvent::getFormattedMessage).isEmpty();
    }

    /** A leak is reported by the first allocation after its buffer was collected. */
    private static void collect() {
        for (int round = 0; round < 3; round++) {
            System.gc();
            ByteBufAllocator.DEFAULT.buffer(16).release();
        }
    }

    private static Logger detector() {
        return (Logger) LoggerFactory.getLogger(ResourceLeakDetector.class);
    }
}
