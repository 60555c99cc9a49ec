package dev.evenkeel;

/** The verdict of a health check, worst last. */
public enum HealthStatus {
    HEALTHY,
    /** Everything is served, but with less safety or speed than configured. */
    DEGRADED,
    /** Something that callers ask for is not served. */
    UNHEALTHY;

    public HealthStatus worse(HealthStatus other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
