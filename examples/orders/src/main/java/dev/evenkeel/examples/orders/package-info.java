/** A ship chandler's shop: takes orders exactly as far as the stock goes, and reads from replicas. */
@NullMarked
package dev.evenkeel.examples.orders;

import org.jspecify.annotations.NullMarked;
