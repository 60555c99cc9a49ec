/** What we need of the driver beyond its public interface; everything that another version of it may break is here. */
@NullMarked
package dev.evenkeel.driver;

import org.jspecify.annotations.NullMarked;
