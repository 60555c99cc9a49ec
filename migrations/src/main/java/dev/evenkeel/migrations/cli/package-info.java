/** The command line: the end of the world, where somebody waits in front of a screen. So it may block. */
@NullMarked
package dev.evenkeel.migrations.cli;

import org.jspecify.annotations.NullMarked;
