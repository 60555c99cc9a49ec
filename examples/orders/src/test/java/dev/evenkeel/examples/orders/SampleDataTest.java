package dev.evenkeel.examples.orders;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SampleDataTest {

    @Test
    void isTheSameOnEveryMachine() {
        assertThat(SampleData.prices()[0]).isEqualTo(new BigDecimal("330.49"));
        assertThat(Arrays.deepHashCode(SampleData.orders(1, SampleData.ORDERS).columns()))
                .isEqualTo(994_587_283);
    }

    @Test
    void doesNotDependOnTheBatchThatAnOrderIsDrawnIn() {
        Object[] alone = SampleData.orders(500, 500).columns();
        Object[] together = SampleData.orders(499, 500).columns();

        assertThat(lastOf(together[0])).isEqualTo(lastOf(alone[0]));
        assertThat(lastOf(together[1])).isEqualTo(lastOf(alone[1]));
        assertThat(lastOf(together[3])).isEqualTo(lastOf(alone[3]));
    }

    private static Object lastOf(Object column) {
        Integer[] values = (Integer[]) column;
        return values[values.length - 1];
    }

    @Test
    void hasNamesThatDiffer() {
        assertThat(SampleData.productNames()).hasSize(1_000).doesNotHaveDuplicates();
    }

    @Test
    void hasAboutTwoLinesForEachOrder() {
        Integer[] lineOrders =
                (Integer[]) SampleData.orders(1, SampleData.ORDERS).columns()[2];

        assertThat(lineOrders).hasSizeBetween(190_000, 210_000);
    }
}
