package dev.evenkeel.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DatabaseListenerTest {

    @Test
    void aListenerThatThrowsKeepsNobodyElseFromTheEvent() {
        List<PrimaryChanged> heard = new ArrayList<>();
        DatabaseListener broken = new DatabaseListener() {
            @Override
            public void onPrimaryChanged(PrimaryChanged event) {
                throw new IllegalStateException("broken on purpose");
            }
        };
        DatabaseListener good = new DatabaseListener() {
            @Override
            public void onPrimaryChanged(PrimaryChanged event) {
                heard.add(event);
            }
        };

        DatabaseListener.all(List.of(broken, good)).onPrimaryChanged(new PrimaryChanged(null, "a:1", 1));

        assertThat(heard).hasSize(1);
    }
}
