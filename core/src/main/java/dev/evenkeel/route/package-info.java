/** Which node serves a call: pure decisions without input or output. */
@NullMarked
package dev.evenkeel.route;

import org.jspecify.annotations.NullMarked;
