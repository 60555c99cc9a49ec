package dev.evenkeel.monitoring.alert;

import dev.evenkeel.HealthSnapshot;

/** What a rule looks at: how the database does now, and what has happened in the window before. Immutable. */
record Situation(HealthSnapshot snapshot, Counts recent) {}
