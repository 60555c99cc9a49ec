/** Metrics, alerts and query insight, where the monitoring module is there. */
@NullMarked
package dev.evenkeel.spring.insight;

import org.jspecify.annotations.NullMarked;
