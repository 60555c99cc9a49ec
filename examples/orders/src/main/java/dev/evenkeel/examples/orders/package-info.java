/** A ship chandler's shop: takes orders exactly as far as the stock goes, and reads from replicas. */
package dev.evenkeel.examples.orders;
