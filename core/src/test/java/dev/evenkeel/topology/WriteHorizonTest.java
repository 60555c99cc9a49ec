package dev.evenkeel.topology;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WriteHorizonTest {

    private final WriteHorizon horizon = new WriteHorizon();

    @Test
    void anyReplicaWillDoBeforeTheFirstWrite() {
        assertThat(horizon.required()).contains(Lsn.ZERO);
    }

    @Test
    void onlyThePrimaryIsSureBetweenAWriteAndTheNextSample() {
        horizon.wrote(100);

        assertThat(horizon.required()).isEmpty();
    }

    @Test
    void aSampleThatWasAskedForBeforeTheWriteEndedProvesNothing() {
        horizon.wrote(100);
        horizon.sampled(99, new Lsn(5));
        horizon.sampled(100, new Lsn(6));

        assertThat(horizon.required()).isEmpty();
    }

    @Test
    void theFirstSampleAfterTheWriteIsTheOneToReach() {
        horizon.wrote(100);
        horizon.sampled(101, new Lsn(5));
        horizon.sampled(102, new Lsn(9));

        assertThat(horizon.required()).contains(new Lsn(5));
    }

    @Test
    void aLaterWriteNeedsALaterSample() {
        horizon.wrote(100);
        horizon.sampled(101, new Lsn(5));
        horizon.wrote(200);

        assertThat(horizon.required()).isEmpty();
    }

    @Test
    void onlyThePrimaryIsSureWhileSomebodyMayWriteUnseen() {
        horizon.held();
        assertThat(horizon.required()).isEmpty();

        horizon.released();
        assertThat(horizon.required()).isEmpty();

        horizon.sampled(System.nanoTime() + 1, new Lsn(8));
        assertThat(horizon.required()).contains(new Lsn(8));
    }

    @Test
    void worksAcrossTheOverflowOfTheNanosecondClock() {
        horizon.wrote(Long.MAX_VALUE - 1);
        horizon.wrote(Long.MIN_VALUE + 1);
        horizon.sampled(Long.MAX_VALUE, new Lsn(5));
        assertThat(horizon.required()).isEmpty();

        horizon.sampled(Long.MIN_VALUE + 2, new Lsn(6));
        assertThat(horizon.required()).contains(new Lsn(6));
    }
}
