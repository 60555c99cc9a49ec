package dev.evenkeel.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Hooks;

class RelayTest {

    private final Relay relay = new Relay();
    private final List<String> order = new ArrayList<>();

    @AfterEach
    void restore() {
        Hooks.resetOnErrorDropped();
    }

    @Test
    void whatIsHandedOnFromInsideComesWhenTheOneBeforeHasReturned() {
        relay.hand(() -> {
            relay.hand(() -> order.add("second"));
            order.add("first");
        });

        assertThat(order).containsExactly("first", "second");
    }

    @Test
    void anErrorThatNobodyHasCaughtStopsNoneOfTheOthers() {
        List<Throwable> dropped = new ArrayList<>();
        Hooks.onErrorDropped(dropped::add);

        relay.hand(() -> {
            relay.hand(() -> order.add("second"));
            throw new NoClassDefFoundError("missing");
        });
        relay.hand(() -> order.add("third"));

        assertThat(order).containsExactly("second", "third");
        assertThat(dropped).singleElement().isInstanceOf(NoClassDefFoundError.class);
    }
}
