/** Evenkeel in plain Java. */
package dev.evenkeel.examples.quickstart;
