package dev.evenkeel;

import static org.assertj.core.api.Assertions.assertThat;

import io.r2dbc.spi.Connection;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ForwardingConnectionTest {

    /** Core's own once left {@code close()} to its subclasses, which nobody outside would expect. */
    @Test
    void noCallIsLeftOut() {
        assertThat(Connection.class.getMethods())
                .isNotEmpty()
                .allSatisfy(method -> assertThat(ForwardingConnection.class.getDeclaredMethods())
                        .anyMatch(forwarded -> forwarded.getName().equals(method.getName())
                                && Arrays.equals(forwarded.getParameterTypes(), method.getParameterTypes())));
    }
}
