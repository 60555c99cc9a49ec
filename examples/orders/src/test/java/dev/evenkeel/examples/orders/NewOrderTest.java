package dev.evenkeel.examples.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.evenkeel.examples.orders.NewOrder.Line;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class NewOrderTest {

    @Test
    void addsUpLinesOfTheSameProductAndSortsByProduct() {
        NewOrder order = new NewOrder(1, List.of(new Line(9, 1), new Line(2, 5), new Line(9, 3)));

        assertThat(order.pieces()).containsExactly(entry(2, 5), entry(9, 4));
    }

    @Test
    void refusesQuantitiesThatNobodyMeans() {
        assertThatThrownBy(() -> new NewOrder(1, List.of(new Line(9, 0))).pieces())
                .isInstanceOf(OrderRefused.class)
                .hasMessageContaining("1 to 1000");
        assertThatThrownBy(() -> new NewOrder(1, List.of(new Line(9, -3))).pieces())
                .isInstanceOf(OrderRefused.class);
    }

    @Test
    void refusesAnEmptyOrderAndAnEndlessOne() {
        assertThatThrownBy(() -> new NewOrder(1, null).pieces()).isInstanceOf(OrderRefused.class);
        assertThatThrownBy(() -> new NewOrder(1, Collections.nCopies(51, new Line(9, 1))).pieces())
                .isInstanceOf(OrderRefused.class);
    }
}
