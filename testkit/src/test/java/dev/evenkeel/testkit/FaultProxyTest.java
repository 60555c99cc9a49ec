package dev.evenkeel.testkit;

import static dev.evenkeel.testkit.Direction.TO_CLIENT;
import static dev.evenkeel.testkit.Direction.TO_SERVER;
import static dev.evenkeel.testkit.FaultPolling.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class FaultProxyTest extends FaultProxyFixture {

    @Test
    void passesBytesOnUnchanged() throws IOException {
        try (Socket client = connect()) {
            byte[] sent = new byte[3_000_000];
            new Random(7).nextBytes(sent);
            CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> send(client, sent));

            assertThat(client.getInputStream().readNBytes(sent.length)).isEqualTo(sent);
            sending.join();
        }
    }

    @Test
    void delaysOneDirectionByTheLatency() throws IOException {
        proxy.delay(TO_CLIENT, Duration.ofMillis(80));
        try (Socket client = connect()) {
            assertThat(echoTime(client)).isGreaterThanOrEqualTo(Duration.ofMillis(80));
        }
    }

    @Test
    void leadsNewConnectionsElsewhereAndLeavesOpenOnesAlone() throws IOException {
        try (FaultEchoServer other = new FaultEchoServer();
                Socket before = connect()) {
            echoTime(before);
            proxy.redirect("127.0.0.1", other.port());
            try (Socket after = connect()) {
                echoTime(after);
                assertThat(other.accepted()).isEqualTo(1);
            }
            long elsewhere = other.received();
            echoTime(before);
            assertThat(other.received()).isEqualTo(elsewhere);
        }
    }

    @Test
    void keepsTheOrderUnderJitter() throws IOException {
        proxy.delay(TO_SERVER, Duration.ZERO, Duration.ofMillis(20));
        try (Socket client = connect()) {
            byte[] sent = new byte[50];
            for (int i = 0; i < sent.length; i++) {
                sent[i] = (byte) i;
                client.getOutputStream().write(i);
            }

            assertThat(client.getInputStream().readNBytes(sent.length)).isEqualTo(sent);
        }
    }

    @Test
    void releasesWhatIsDelayedAsSoonAsTheDelayIsGone() throws IOException {
        proxy.delay(TO_SERVER, Duration.ofHours(1));
        try (Socket client = connect()) {
            client.getOutputStream().write(1);
            until("the byte is held", () -> proxy.bytes(TO_SERVER) == 1);

            proxy.delay(TO_SERVER, Duration.ZERO);

            assertThat(client.getInputStream().read()).isEqualTo(1);
        }
    }

    @Test
    void throttlesTheBytesPerSecond() throws IOException {
        proxy.throttle(TO_CLIENT, 100_000);
        try (Socket client = connect()) {
            long start = System.nanoTime();
            send(client, new byte[30_000]);

            assertThat(client.getInputStream().readNBytes(30_000)).hasSize(30_000);
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(Duration.ofMillis(230), Duration.ofSeconds(2));
        }
    }

    @Test
    void blackholeDiscardsBothWaysAndNewConnectionsNeverReachTheServer() throws IOException {
        try (Socket client = connect()) {
            echoTime(client);
            proxy.blackhole();
            try (Socket late = connect()) {
                late.getOutputStream().write(1);
                client.getOutputStream().write(1);
                until("both connections are open", () -> proxy.connections() == 2);

                assertSilent(client);
                assertSilent(late);
                assertThat(server.accepted()).isEqualTo(1);
                assertThat(server.received()).isEqualTo(1);

                proxy.heal();
                assertReset(client);
                assertReset(late);
            }
        }
    }

    @Test
    void blackholeTowardsTheClientStillDeliversToTheServer() throws IOException {
        proxy.blackhole(TO_CLIENT);
        try (Socket client = connect()) {
            client.getOutputStream().write(1);

            until("the server got the byte", () -> server.received() == 1);
            assertSilent(client);
        }
    }

    @Test
    void blackholeKeepsTheServerFromNoticingThatTheClientLeft() throws IOException {
        try (Socket client = connect()) {
            echoTime(client);
            proxy.blackhole();
        }
        try (Socket late = connect()) {
            assertSilent(late);
        }
        assertThat(server.finished() + server.broken()).isZero();
        assertThat(proxy.connections()).isEqualTo(2);

        proxy.heal();
        until("the server saw the reset", () -> server.broken() == 1);
        until("nothing is open", () -> proxy.connections() == 0);
    }

    @Test
    void healingABlackholeSparesConnectionsThatLostNothing() throws IOException {
        try (Socket client = connect()) {
            echoTime(client);
            proxy.blackhole().heal();

            assertThat(echoTime(client)).isPositive();
        }
    }

    @Test
    void freezeFillsTheWindowsAndLosesNothing() throws IOException {
        proxy.freeze();
        try (SocketChannel client =
                SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.port()))) {
            client.configureBlocking(false);
            ByteBuffer block = ByteBuffer.allocate(64 * 1024);
            long sent = 0;
            int written;
            while ((written = client.write(block)) > 0) {
                sent += written;
                block.clear();
            }
            assertThat(server.received()).isZero();

            proxy.heal();
            client.configureBlocking(true);
            for (long left = sent; left > 0; ) {
                int read = client.read(ByteBuffer.allocate(64 * 1024));
                assertThat(read).isPositive();
                left -= read;
            }
            assertThat(server.received()).isEqualTo(sent);
        }
    }

    @Test
    void countsBytesBurstsAndRoundTrips() throws IOException {
        try (Socket client = connect()) {
            echoTime(client);
            proxy.resetCounters();

            for (int i = 0; i < 5; i++) {
                echoTime(client);
            }

            assertThat(proxy.roundTrips()).isEqualTo(5);
            assertThat(proxy.bursts(TO_SERVER)).isEqualTo(5);
            assertThat(proxy.bursts(TO_CLIENT)).isEqualTo(5);
            assertThat(proxy.bytes(TO_SERVER)).isEqualTo(5);
            assertThat(proxy.bytes(TO_CLIENT)).isEqualTo(5);
        }
    }

    @Test
    void refusesSettingsThatMakeNoSense() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> proxy.throttle(TO_CLIENT, 0))
                .withMessageContainingAll("bytesPerSecond", "0", "1 and more", "freeze()");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> proxy.delay(TO_CLIENT, Duration.ofMillis(-1)))
                .withMessageContainingAll("latency", "PT-0.001S", "zero and more");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> proxy.cutAfter(TO_CLIENT, -1))
                .withMessageContainingAll("bytes", "-1", "heal()");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FaultProxy.to("localhost", 0))
                .withMessageContainingAll("port", "0", "1 to 65535");
    }
}
