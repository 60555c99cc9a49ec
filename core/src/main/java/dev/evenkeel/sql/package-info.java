/** What PostgreSQL's text looks like: tokens and statements, without a parser. */
@NullMarked
package dev.evenkeel.sql;

import org.jspecify.annotations.NullMarked;
