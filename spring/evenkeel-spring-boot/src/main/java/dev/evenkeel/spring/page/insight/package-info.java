/** The parts of the live page that the monitoring module knows. */
@NullMarked
package dev.evenkeel.spring.page.insight;

import org.jspecify.annotations.NullMarked;
