package dev.evenkeel.examples.orders;

import java.util.List;

/** An order with all that was ordered. */
record OrderDetails(Order order, List<OrderLine> lines) {}
