package dev.evenkeel.examples.orders;

import java.math.BigDecimal;

/** What a customer gets for an order that was taken. */
record Receipt(long orderId, BigDecimal total) {}
