/** Evenkeel in a Spring Boot application: what its code may use. */
@NullMarked
package dev.evenkeel.spring;

import org.jspecify.annotations.NullMarked;
