package dev.evenkeel.spring.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** A browser is told what it does not know, however many frames it has missed. */
class DifferenceTest {

    private final Difference difference = new Difference();
    private final List<Entry> events = List.of(new Entry(1, Entry.NOTE, "something"));

    private static List<Sample> samples(long from, long to) {
        return LongStream.rangeClosed(from, to)
                .mapToObj(t -> new Sample(t, 0, 0, null, null, 0, 0, 0, Map.of()))
                .toList();
    }

    private Frame frame(long from, long to, String sql) {
        return new Frame(samples(from, to), null, events, Map.of("running", Rows.of(List.of(sql))));
    }

    @Test
    void theFirstHasAllAndTheNextOnlyWhatIsNew() {
        assertThat(difference.to(frame(1, 3, "a")))
                .containsOnlyKeys("first", "samples", "events", "running")
                .containsEntry("first", true)
                .containsEntry("samples", samples(1, 3));
        assertThat(difference.to(frame(1, 4, "a")))
                .containsOnlyKeys("first", "samples")
                .containsEntry("first", false)
                .containsEntry("samples", samples(4, 4));
    }

    @Test
    void whoMissedFramesGetsAllPointsAndTheLatestOfTheRest() {
        difference.to(frame(1, 3, "a"));

        assertThat(difference.to(frame(2, 9, "c")))
                .containsEntry("samples", samples(4, 9))
                .containsEntry("running", Rows.of(List.of("c")));
    }
}
