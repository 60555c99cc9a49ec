package dev.evenkeel.examples.orders;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class VisitTest {

    private static final List<Visit> VISITS =
            LongStream.range(0, 1_000).mapToObj(Visit::number).toList();

    @Test
    void oneInTenBuysOnePieceAndTheOthersLook() {
        List<NewOrder> orders = VISITS.stream()
                .filter(visit -> visit.order() != null)
                .map(Visit::order)
                .toList();

        assertThat(orders).hasSize(100).allSatisfy(order -> {
            assertThat(order.customerId()).isBetween(1, SampleData.CUSTOMERS);
            assertThat(order.pieces()).hasSize(1);
            assertThat(order.pieces().keySet()).allMatch(product -> product >= 1 && product <= SampleData.PRODUCTS);
            assertThat(order.pieces()).containsValue(1);
        });
    }

    @Test
    void visitsDifferAndAreTheSameOnEveryMachine() {
        assertThat(VISITS.stream().map(Visit::path).distinct()).hasSizeGreaterThan(450);
        assertThat(VISITS.get(11)).isEqualTo(Visit.number(11));
        assertThat(VISITS.stream().filter(visit -> visit.path().startsWith("/products")))
                .hasSize(400);
    }
}
