/** The live page under the management path: files, the stream, and the cancel button with its guards. */
@NullMarked
package dev.evenkeel.spring.page.web;

import org.jspecify.annotations.NullMarked;
