package dev.evenkeel;

import dev.evenkeel.event.DatabaseListener;
import dev.evenkeel.event.TopologyEvent;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Remembers what a manager told of its nodes. */
final class TopologyLog implements DatabaseListener {

    private final Queue<TopologyEvent> heard = new ConcurrentLinkedQueue<>();

    @Override
    public void onTopologyChanged(TopologyEvent event) {
        heard.add(event);
    }

    void clear() {
        heard.clear();
    }

    List<TopologyEvent> all() {
        return List.copyOf(heard);
    }

    <T extends TopologyEvent> List<T> of(Class<T> kind) {
        return heard.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** Waits until an event of this kind is there. */
    void await(Class<? extends TopologyEvent> kind) {
        Databases.await(kind.getSimpleName() + " after " + heard, () -> !of(kind).isEmpty());
    }
}
