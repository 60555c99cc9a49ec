/**
 * The few messages of the protocol that we write ourselves, what a session has prepared, and who reads what the server answers.
 */
@NullMarked
package dev.evenkeel.wire;

import org.jspecify.annotations.NullMarked;
