/** Many rows at once. */
@NullMarked
package dev.evenkeel.bulk;

import org.jspecify.annotations.NullMarked;
