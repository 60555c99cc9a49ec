/** The manager as an actuator endpoint. */
@NullMarked
package dev.evenkeel.spring.endpoint;

import org.jspecify.annotations.NullMarked;
