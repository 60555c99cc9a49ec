package dev.evenkeel;

import static org.assertj.core.api.Assertions.assertThat;

import io.r2dbc.spi.Connection;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ForwardingConnectionTest {

    /** A default method that is not forwarded would go round the delegate, and the compiler would not say so. */
    @Test
    void noCallIsLeftOut() {
        assertThat(Connection.class.getMethods())
                .isNotEmpty()
                .allSatisfy(method -> assertThat(ForwardingConnection.class.getDeclaredMethods())
                        .anyMatch(forwarded -> forwarded.getName().equals(method.getName())
                                && Arrays.equals(forwarded.getParameterTypes(), method.getParameterTypes())));
    }
}
