package dev.evenkeel.stage;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.test.scheduler.VirtualTimeScheduler;

class RetryBudgetTest {

    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    private final RetryBudget budget = new RetryBudget(0.1, time);

    @AfterEach
    void stop() {
        time.dispose();
    }

    private int taken() {
        int taken = 0;
        while (budget.take()) {
            taken++;
        }
        return taken;
    }

    private void call(int times) {
        for (int i = 0; i < times; i++) {
            budget.called();
        }
    }

    @Test
    void beginsWithAReserve() {
        assertThat(taken()).isEqualTo(100);
    }

    @Test
    void allowsOneRepeatForTenCalls() {
        taken();

        call(1000);

        assertThat(taken()).isBetween(99, 100);
    }

    @Test
    void allowsAnApplicationWithFewCallsTenRepeatsASecond() {
        taken();

        time.advanceTimeBy(Duration.ofSeconds(1));

        assertThat(taken()).isBetween(9, 10);
    }

    @Test
    void savesNoMoreThanItsWindow() {
        call(10_000_000);
        time.advanceTimeBy(Duration.ofDays(1));

        assertThat(taken()).isEqualTo(10_100);
    }
}
