/** What the live page shows: one source of it for all browsers, and the parts that it asks. */
@NullMarked
package dev.evenkeel.spring.page;

import org.jspecify.annotations.NullMarked;
