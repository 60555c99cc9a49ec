package dev.evenkeel.examples.orders;

import org.springframework.data.annotation.Id;
import org.springframework.data.relational.core.mapping.Table;

/** Somebody who may order. */
@Table("customers")
record Customer(@Id Integer id, String name, String email) {}
