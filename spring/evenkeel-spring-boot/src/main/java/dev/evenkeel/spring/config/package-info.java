/** From properties to a running manager. */
@NullMarked
package dev.evenkeel.spring.config;

import org.jspecify.annotations.NullMarked;
