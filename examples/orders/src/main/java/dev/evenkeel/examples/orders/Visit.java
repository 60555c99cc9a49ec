package dev.evenkeel.examples.orders;

import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * One request of a customer who looks around, or buys one piece of something. Pure: the same number is the same visit.
 *
 * @param order null when it is only a look
 */
record Visit(String path, @Nullable NewOrder order) {

    private static final List<String> WISHES = List.of("lantern", "brass", "anchor", "oak", "sail");

    static Visit number(long number) {
        SplittableRandom random = new SplittableRandom(number);
        int customer = 1 + random.nextInt(SampleData.CUSTOMERS);
        return switch ((int) (number % 10)) {
            case 0 -> new Visit("/orders", oneOf(customer, 1 + random.nextInt(SampleData.PRODUCTS)));
            case 1, 2 -> new Visit("/orders?customer=" + customer, null);
            case 3 -> new Visit("/orders/" + (1 + random.nextInt(SampleData.ORDERS)), null);
            case 4, 5 -> new Visit("/customers/" + customer, null);
            default -> new Visit("/products?search=" + WISHES.get(random.nextInt(WISHES.size())), null);
        };
    }

    private static NewOrder oneOf(int customer, int product) {
        return new NewOrder(customer, List.of(new NewOrder.Line(product, 1)));
    }
}
