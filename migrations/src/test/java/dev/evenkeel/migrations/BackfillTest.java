package dev.evenkeel.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.error.InvalidConfigurationException;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class BackfillTest {

    private static Backfill.Builder valid() {
        return Backfill.of("orders_total").table("orders").key("id").set("total = price * amount");
    }

    private static void assertRefused(String setting, UnaryOperator<Backfill.Builder> change) {
        assertThatThrownBy(() -> change.apply(valid()).build())
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining(setting);
    }

    @Test
    void hasDefaultsThatSpareTheTraffic() {
        Backfill backfill = valid().build();

        assertThat(backfill.batchTime()).isEqualTo(Duration.ofMillis(100));
        assertThat(backfill.lockTimeout()).isEqualTo(Duration.ofMillis(100));
        assertThat(backfill.dutyCycle()).isEqualTo(0.5);
        assertThat(backfill.maxReplicaLag()).isEqualTo(Duration.ofSeconds(10));
        assertThat(backfill.where()).isNull();
        assertThat(backfill.restart()).isFalse();
    }

    @Test
    void needsNames() {
        assertThatThrownBy(() ->
                        Backfill.of(" ").table("orders").key("id").set("a = 1").build())
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("backfill.name");
        assertRefused("backfill.table", builder -> builder.table(""));
        assertRefused("backfill.table", builder -> builder.table("t".repeat(64)));
        assertRefused("backfill.key", builder -> builder.key("\0"));
        assertRefused("backfill.schema", builder -> builder.schema(""));
    }

    @Test
    void refusesFiguresOutOfTheirRange() {
        assertRefused("backfill.batchTime", builder -> builder.batchTime(Duration.ZERO));
        assertRefused("backfill.lockTimeout", builder -> builder.lockTimeout(Duration.ofMinutes(1)));
        assertRefused("backfill.maxReplicaLag", builder -> builder.maxReplicaLag(Duration.ofMillis(-1)));
        assertRefused("backfill.dutyCycle", builder -> builder.dutyCycle(0));
        assertRefused("backfill.dutyCycle", builder -> builder.dutyCycle(1.01));
        assertRefused("backfill.dutyCycle", builder -> builder.dutyCycle(Double.NaN));
    }

    @Test
    void takesPartsOfOneStatementOnly() {
        assertRefused("backfill.set", builder -> builder.set("-- nothing"));
        assertRefused("backfill.set", builder -> builder.set("total = $1"));
        assertRefused("backfill.where", builder -> builder.where("true; delete from orders"));
        assertThat(valid().set("note = 'a; b $1'").where("note = $$;$$").build().set())
                .isEqualTo("note = 'a; b $1'");
    }

    @Test
    void showsNoLiteralInItsRefusal() {
        assertThatThrownBy(() -> valid().set("note = 'secret'; note = 'other'").build())
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageNotContaining("secret");
    }
}
