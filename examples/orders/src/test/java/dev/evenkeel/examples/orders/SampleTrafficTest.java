package dev.evenkeel.examples.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SampleTrafficTest {

    @Test
    void isOffUnlessItIsAskedFor() {
        assertThat(new SampleTraffic(0, null, null).isAutoStartup()).isFalse();
        assertThat(new SampleTraffic(20, null, null).isAutoStartup()).isTrue();
    }

    @Test
    void refusesWhatIsNoLoadOrNoModestOne() {
        assertThatThrownBy(() -> new SampleTraffic(-1, null, null))
                .hasMessage("shop.load is -1 but must be 0 to 200, where 0 is none");
        assertThatThrownBy(() -> new SampleTraffic(201, null, null)).hasMessageContaining("201");
    }
}
