package dev.evenkeel.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DatabaseListenerTest {

    @Test
    void aListenerThatThrowsKeepsNobodyElseFromTheEvent() {
        List<TopologyEvent> heard = new ArrayList<>();
        DatabaseListener broken = new DatabaseListener() {
            @Override
            public void onTopologyChanged(TopologyEvent event) {
                throw new IllegalStateException("broken on purpose");
            }
        };
        DatabaseListener good = new DatabaseListener() {
            @Override
            public void onTopologyChanged(TopologyEvent event) {
                heard.add(event);
            }
        };

        DatabaseListener.all(List.of(broken, good)).onTopologyChanged(new TopologyEvent.NodeUp("a:1", "primary"));

        assertThat(heard).hasSize(1);
    }
}
