package dev.evenkeel.examples.orders;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a customer asks for. */
record NewOrder(int customerId, @Nullable List<Line> lines) {

    static final int MOST_LINES = 50;
    static final int MOST_PIECES = 1_000;

    /** So many pieces of a product. */
    record Line(int productId, int quantity) {}

    /**
     * Pieces by product, in the order of product ids: whoever takes several products from the shelves takes them in this
     * order, so that no two orders wait for each other.
     *
     * @throws OrderRefused when there is nothing in the order, or more than a shop would believe
     */
    Map<Integer, Integer> pieces() {
        if (lines == null || lines.isEmpty() || lines.size() > MOST_LINES) {
            throw OrderRefused.invalid("An order has 1 to " + MOST_LINES + " lines");
        }
        Map<Integer, Integer> pieces = new TreeMap<>();
        for (Line line : lines) {
            if (line.quantity < 1 || line.quantity > MOST_PIECES) {
                throw OrderRefused.invalid("A quantity is 1 to " + MOST_PIECES);
            }
            pieces.merge(line.productId, line.quantity, Integer::sum);
        }
        return pieces;
    }
}
