package dev.evenkeel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.ReadSession.Need;
import dev.evenkeel.ReadSession.Positions;
import dev.evenkeel.config.Secret;
import dev.evenkeel.error.InvalidConfigurationException;
import org.junit.jupiter.api.Test;

class ReadSessionTest {

    private static final Positions NONE = (node, nanos) -> null;

    private static ReadToken at(long timeline, long lsn) {
        return new ReadToken(7, timeline, new Lsn(lsn));
    }

    /** One sample of a node, taken at this moment. */
    private static Positions sampled(String name, long when, ReadToken position) {
        return (node, nanos) -> node.equals(name) && when - nanos > 0 ? position : null;
    }

    @Test
    void needsNothingBeforeAnythingHappened() {
        assertThat(ReadSession.create().need(NONE)).isEqualTo(Need.NOTHING);
    }

    @Test
    void needsThePrimaryUntilAPositionFromAfterTheWriteIsKnown() {
        ReadSession session = ReadSession.create();
        session.wrote("p", 10);

        assertThat(session.need(sampled("p", 10, at(1, 5))).only()).isEqualTo("p");
        assertThat(session.need(sampled("p", 11, at(1, 6)))).isEqualTo(new Need(at(1, 6), null));
    }

    @Test
    void staysOnTheReplicaThatItHasReadFromUntilItsPositionIsKnown() {
        ReadSession session = ReadSession.create();
        session.read("a", 10);

        assertThat(session.need(NONE).only()).isEqualTo("a");
        assertThat(session.need(sampled("a", 12, at(1, 6)))).isEqualTo(new Need(at(1, 6), null));
    }

    @Test
    void needsThePrimaryWhenTwoNodesAreInDoubt() {
        ReadSession session = ReadSession.create();
        session.wrote("p", 10);
        session.read("a", 11);

        assertThat(session.need(NONE).only()).isEmpty();
        assertThat(session.need(sampled("p", 20, at(1, 9)))).isEqualTo(new Need(at(1, 9), "a"));
    }

    @Test
    void neverGoesBack() {
        ReadSession session = ReadSession.from(at(1, 50));
        session.read("a", 10);
        assertThat(session.need(sampled("a", 11, at(1, 40))).floor()).isEqualTo(at(1, 50));

        session.read("a", 20);
        assertThat(session.need(sampled("a", 21, at(2, 10))).floor())
                .as("a later timeline")
                .isEqualTo(at(2, 10));
        session.read("b", 30);
        assertThat(session.need(sampled("b", 31, at(1, 900))).floor()).isEqualTo(at(2, 10));
    }

    @Test
    void readsOfStrangersDoNotCountForAllWritesTogether() {
        ReadSession all = ReadSession.ofWrites();
        all.read("a", 10);

        assertThat(all.need(NONE)).isEqualTo(Need.NOTHING);
    }

    @Test
    void needsThePrimaryWhileAConnectionIsLent() {
        ReadSession session = ReadSession.create();
        session.held();
        assertThat(session.need(NONE).only()).isEmpty();

        session.released("p", 10);
        assertThat(session.need(sampled("p", 11, at(1, 3)))).isEqualTo(new Need(at(1, 3), null));
    }

    @Test
    void aSealedTokenComesBackAndAnythingElseDoesNot() {
        ReadTokenSeal seal = new ReadTokenSeal(Secret.of("0123456789abcdef"));
        ReadToken token = new ReadToken(-7_000_000_000_000_000_001L, 3, Lsn.parse("16/B374D848"));
        String sealed = seal.seal(token);

        assertThat(sealed).matches("[A-Za-z0-9_-]{55}");
        assertThat(seal.open(sealed)).contains(token);
        assertThat(new ReadTokenSeal(Secret.of("0123456789abcdeX")).open(sealed))
                .isEmpty();
        for (int i = 0; i < sealed.length(); i++) {
            char other = sealed.charAt(i) == 'A' ? 'B' : 'A';
            String forged = sealed.substring(0, i) + other + sealed.substring(i + 1);
            assertThat(seal.open(forged).filter(read -> !read.equals(token)))
                    .as("changed at %d", i)
                    .isEmpty();
        }
        assertThat(seal.open("")).isEmpty();
        assertThat(seal.open("not base64!")).isEmpty();
    }

    @Test
    void aShortKeyIsRefused() {
        assertThatThrownBy(() -> new ReadTokenSeal(Secret.of("short")))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("readToken.key")
                .hasMessageNotContaining("short");
    }
}
