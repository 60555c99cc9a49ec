/** What the catalogs and statistics of a server give reason to change. */
@NullMarked
package dev.evenkeel.monitoring.advice;

import org.jspecify.annotations.NullMarked;
