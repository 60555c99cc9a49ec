/** The part of the live page that the migrations module knows. */
@NullMarked
package dev.evenkeel.spring.page.migrations;

import org.jspecify.annotations.NullMarked;
