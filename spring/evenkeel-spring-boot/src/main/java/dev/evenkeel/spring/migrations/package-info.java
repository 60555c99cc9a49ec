/** Migrations before anybody uses the database. */
@NullMarked
package dev.evenkeel.spring.migrations;

import org.jspecify.annotations.NullMarked;
