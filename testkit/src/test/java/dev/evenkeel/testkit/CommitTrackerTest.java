package dev.evenkeel.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CommitTrackerTest {

    private final CommitTracker tracker = new CommitTracker();

    @BeforeEach
    void startUp() {
        server('Z', "I");
    }

    @Test
    void followsANamedStatementThroughItsPortals() {
        assertThat(client('P', "s1\0COMMIT\0")).isEqualTo(CommitStep.PREPARES);
        assertThat(client('B', "p1\0s1\0")).isEqualTo(CommitStep.PREPARES);
        assertThat(client('E', "p1\0")).isEqualTo(CommitStep.RUNS);
        assertThat(client('S', "")).isEqualTo(CommitStep.NONE);

        client('B', "p2\0s1\0");
        assertThat(client('E', "p2\0")).isEqualTo(CommitStep.RUNS);
    }

    @Test
    void forgetsANameThatIsReusedOrClosed() {
        client('P', "\0COMMIT\0");
        client('B', "\0\0");
        client('P', "\0select 1\0");
        assertThat(client('E', "\0")).as("the portal outlives its statement").isEqualTo(CommitStep.RUNS);
        client('B', "\0\0");
        assertThat(client('E', "\0")).isEqualTo(CommitStep.NONE);

        client('P', "s\0COMMIT\0");
        client('C', "Ss\0");
        client('B', "p\0s\0");
        assertThat(client('E', "p\0")).isEqualTo(CommitStep.NONE);
    }

    @Test
    void tellsTheAnswerFromThoseOfStatementsSentBefore() {
        client('Q', "update t\0");
        client('Q', "COMMIT\0");
        tracker.awaitAnswer();

        assertThat(server('E', "error")).isFalse();
        assertThat(server('Z', "E")).isFalse();
        assertThat(server('C', "ROLLBACK\0")).isTrue();
        assertThat(server('Z', "I")).isFalse();
    }

    @Test
    void findsTheAnswerBehindOthersOfTheSamePipeline() {
        client('P', "\0update t\0");
        client('B', "\0\0");
        client('E', "\0");
        client('P', "\0COMMIT\0");
        client('B', "\0\0");
        client('E', "\0");
        tracker.awaitAnswer();
        client('S', "");

        assertThat(server('C', "UPDATE 1\0")).isFalse();
        assertThat(server('C', "COMMIT\0")).isTrue();
    }

    @Test
    void takesAnErrorInTheSamePipelineForTheAnswer() {
        client('P', "\0COMMIT\0");
        client('B', "\0\0");
        client('E', "\0");
        tracker.awaitAnswer();
        client('S', "");

        assertThat(server('E', "error")).isTrue();
    }

    private CommitStep client(char type, String body) {
        return tracker.toServer(type, buffer(body));
    }

    private boolean server(char type, String body) {
        return tracker.toClient(type, buffer(body));
    }

    private static ByteBuf buffer(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    }
}
