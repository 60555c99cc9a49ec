package dev.evenkeel.monitoring.plan;

import java.util.Optional;

/** Finds among a statement's notices the plan that auto_explain has sent, with {@code log_format = json}. */
public final class ExecutedPlans {

    private static final String BEGINNING = "duration: ";
    private static final String PLAN = "plan:";

    private ExecutedPlans() {}

    /** Empty when the notice is another one. */
    public static Optional<Plan> in(String notice) {
        int plan = notice.startsWith(BEGINNING) ? notice.indexOf(PLAN) : -1;
        return plan < 0
                ? Optional.empty()
                : PlanReader.read(notice.substring(plan + PLAN.length()).strip());
    }
}
