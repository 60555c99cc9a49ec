package dev.evenkeel.monitoring.alert;

import dev.evenkeel.monitoring.Alert;
import dev.evenkeel.monitoring.Alert.State;
import dev.evenkeel.monitoring.AlertConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides who is told when. Not thread-safe; has no clock of its own.
 *
 * <p>How this works: a trouble waits until its rule's patience is over, then it fires, once; while it goes on it is told again now and
 * then. When it has not been seen for the recovery time, its end is told, once; a trouble that comes and goes within that time is one
 * alert, and one that goes before its patience is over is none.
 */
public final class AlertEngine {

    private static final Logger log = LoggerFactory.getLogger(AlertEngine.class);

    /** Each costs a few hundred bytes; there are as many as nodes and rules, unless a rule makes objects up. */
    private static final int MOST = 1_000;

    private final List<AlertRule> rules;
    private final AlertConfig config;
    private final Map<String, Tracked> tracked = new LinkedHashMap<>();
    private final Set<String> broken = new HashSet<>();

    AlertEngine(List<AlertRule> rules, AlertConfig config) {
        this.rules = List.copyOf(rules);
        this.config = config;
    }

    private static final class Tracked {

        private final AlertRule rule;
        private final Duration since;
        private final Instant began;
        private Trouble trouble;
        private Duration seen;
        private @Nullable Duration told;

        Tracked(AlertRule rule, Trouble trouble, Duration since, Instant began) {
            this.rule = rule;
            this.trouble = trouble;
            this.since = since;
            this.began = began;
            this.seen = since;
        }

        Alert alert(State state) {
            return new Alert(
                    rule.name(),
                    rule.severity(),
                    trouble.object(),
                    state,
                    began,
                    trouble.summary(),
                    trouble.evidence(),
                    trouble.remedy());
        }
    }

    /** What is to be told of a situation. {@code at} only ever rises; {@code clock} is what people read. */
    List<Alert> observe(Duration at, Instant clock, Situation situation) {
        for (AlertRule rule : rules) {
            troubles(rule, situation).forEach(trouble -> see(rule, trouble, at, clock));
        }
        List<Alert> news = new ArrayList<>();
        Iterator<Tracked> all = tracked.values().iterator();
        while (all.hasNext()) {
            Tracked one = all.next();
            if (one.seen.equals(at)) {
                tell(one, at, news);
            } else if (one.told == null) {
                all.remove();
            } else if (at.minus(one.seen).compareTo(config.recovery()) >= 0) {
                news.add(one.alert(State.RESOLVED));
                all.remove();
            }
        }
        return news;
    }

    private void tell(Tracked one, Duration at, List<Alert> news) {
        boolean due = one.told == null
                ? at.minus(one.since).compareTo(one.rule.patience()) >= 0
                : at.minus(one.told).compareTo(config.repeat()) >= 0;
        if (due) {
            one.told = at;
            news.add(one.alert(State.FIRING));
        }
    }

    private void see(AlertRule rule, Trouble trouble, Duration at, Instant clock) {
        String key = rule.name() + ":" + trouble.object();
        if (tracked.containsKey(key) || tracked.size() < MOST) {
            Tracked known = tracked.computeIfAbsent(key, first -> new Tracked(rule, trouble, at, clock));
            known.trouble = trouble;
            known.seen = at;
        }
    }

    private List<Trouble> troubles(AlertRule rule, Situation situation) {
        try {
            return Objects.requireNonNull(rule.condition().apply(situation));
        } catch (RuntimeException e) {
            if (broken.add(rule.name())) {
                log.warn("The alert rule {} has failed, and is silent where it does", rule.name(), e);
            }
            return List.of();
        }
    }

    /** What fires now. */
    List<Alert> firing() {
        return tracked.values().stream()
                .filter(one -> one.told != null)
                .map(one -> one.alert(State.FIRING))
                .toList();
    }
}
