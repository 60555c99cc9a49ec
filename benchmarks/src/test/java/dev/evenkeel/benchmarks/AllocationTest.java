package dev.evenkeel.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class AllocationTest {

    private static final int MEGABYTE = 1 << 20;

    private volatile byte[] kept = {};

    /** Idle threads of a pool that ended while another peer was measured once made that one's bytes negative. */
    @Test
    void isNotLessBecauseAThreadHasEndedThatHadAllocatedMuchBefore() throws InterruptedException {
        CountDownLatch allocated = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        Thread thread = new Thread(() -> {
            kept = new byte[64 * MEGABYTE];
            allocated.countDown();
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        thread.start();
        allocated.await();
        Allocation allocation = Allocation.sinceNow();

        end.countDown();
        thread.join();
        kept = new byte[8 * MEGABYTE];

        assertThat(kept).hasSize(8 * MEGABYTE);
        assertThat(allocation.bytes()).isBetween(8L * MEGABYTE, 40L * MEGABYTE);
    }
}
