/** Settings as validated records; a wrong value names itself, its range and its remedy. */
@NullMarked
package dev.evenkeel.config;

import org.jspecify.annotations.NullMarked;
