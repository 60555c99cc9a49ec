package dev.evenkeel.examples.orders;

import java.util.ArrayList;
import java.util.List;

/** A batch of orders as columns, the form in which one statement takes thousands of rows. Not thread-safe. */
final class SampleOrders {

    private final List<Integer> ids = new ArrayList<>();
    private final List<Integer> customers = new ArrayList<>();
    private final List<Integer> lineOrders = new ArrayList<>();
    private final List<Integer> lineProducts = new ArrayList<>();
    private final List<Integer> lineQuantities = new ArrayList<>();

    void order(int id, int customer) {
        ids.add(id);
        customers.add(customer);
    }

    void line(int order, int product, int quantity) {
        lineOrders.add(order);
        lineProducts.add(product);
        lineQuantities.add(quantity);
    }

    /** In the order of the parameters that {@link SampleShop} gives them to. */
    Object[] columns() {
        return new Object[] {
            column(ids), column(customers), column(lineOrders), column(lineProducts), column(lineQuantities)
        };
    }

    private static Integer[] column(List<Integer> values) {
        return values.toArray(Integer[]::new);
    }
}
