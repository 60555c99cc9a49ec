package dev.evenkeel.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DatabaseListenerTest {

    @Test
    void aListenerThatThrowsKeepsNobodyElseFromTheEvent() {
        List<Object> heard = new ArrayList<>();
        DatabaseListener broken = new DatabaseListener() {
            @Override
            public void onTopologyChanged(TopologyEvent event) {
                throw new IllegalStateException("broken on purpose");
            }

            @Override
            public void onConnectionClosed(ConnectionClosed event) {
                throw new IllegalStateException("broken on purpose");
            }
        };
        DatabaseListener good = new DatabaseListener() {
            @Override
            public void onTopologyChanged(TopologyEvent event) {
                heard.add(event);
            }

            @Override
            public void onConnectionClosed(ConnectionClosed event) {
                heard.add(event);
            }
        };

        DatabaseListener all = new Listeners(List.of(broken, good));
        all.onTopologyChanged(new TopologyEvent.NodeUp("a:1", "primary"));
        all.onConnectionClosed(new ConnectionClosed("a:1", ConnectionClosed.Reason.LOST, Duration.ZERO));

        assertThat(heard).hasSize(2);
    }
}
