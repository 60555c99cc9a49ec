/** What a web request brings to its calls. */
@NullMarked
package dev.evenkeel.spring.web;

import org.jspecify.annotations.NullMarked;
