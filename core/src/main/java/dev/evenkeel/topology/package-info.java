/** Who is primary, who follows it, and how far behind. */
@NullMarked
package dev.evenkeel.topology;

import org.jspecify.annotations.NullMarked;
