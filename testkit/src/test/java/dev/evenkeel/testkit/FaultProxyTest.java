package dev.evenkeel.testkit;

import static dev.evenkeel.testkit.Direction.TO_CLIENT;
import static dev.evenkeel.testkit.Direction.TO_SERVER;
import static dev.evenkeel.testkit.FaultPolling.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(FaultBufferLeaks.class)
@Timeout(30)
class FaultProxyTest {

    private FaultEchoServer server;
    private FaultProxy proxy;

    @BeforeEach
    void start() throws IOException {
        server = new FaultEchoServer();
        proxy = FaultProxy.to("127.0.0.1", server.port());
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        server.close();
    }

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
        try (SocketChannel client = SocketChannel.open(new InetSocketAddress(proxy.host(), proxy.port()))) {
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
    void resetsBothSidesOfOpenConnections() throws IOException {
        try (Socket client = connect()) {
            echoTime(client);

            proxy.reset();

            assertReset(client);
            until("the server saw the reset", () -> server.broken() == 1);
            assertThat(proxy.connections()).isZero();
        }
    }

    @Test
    void resetsNewConnectionsOnAcceptAndSparesOpenOnes() throws IOException {
        try (Socket open = connect()) {
            echoTime(open);
            proxy.resetOnAccept();
            try (Socket client = connect()) {
                assertReset(client);
            }
            assertThat(echoTime(open)).isPositive();
        }
        assertThat(server.accepted()).isEqualTo(1);
    }

    @Test
    void halfCloseTowardsTheClientStillLetsItSend() throws IOException {
        try (Socket client = connect()) {
            echoTime(client);

            proxy.halfClose(TO_CLIENT);

            assertThat(client.getInputStream().read()).isEqualTo(-1);
            client.getOutputStream().write(new byte[10]);
            until("the server got the bytes", () -> server.received() == 11);
        }
        until("nothing is open", () -> proxy.connections() == 0);
    }

    @Test
    void halfCloseTowardsTheServerLetsItFinishItsAnswer() throws IOException {
        proxy.delay(TO_CLIENT, Duration.ofMillis(50));
        try (Socket client = connect()) {
            client.getOutputStream().write(1);
            until("the server got the byte", () -> server.received() == 1);

            proxy.halfClose(TO_SERVER);

            assertThat(client.getInputStream().readAllBytes()).containsExactly(1);
            until("the server saw the end", () -> server.finished() == 1);
        }
    }

    @Test
    void finishEndsBothSidesWithoutAReset() throws IOException {
        try (Socket client = connect()) {
            echoTime(client);

            proxy.finish();

            assertThat(client.getInputStream().read()).isEqualTo(-1);
            until("the server saw the end", () -> server.finished() == 1);
        }
        until("nothing is open", () -> proxy.connections() == 0);
    }

    @Test
    void refusesNewConnectionsAndListensAgainOnTheSamePort() throws IOException {
        int port = proxy.port();
        try (Socket open = connect()) {
            echoTime(open);

            proxy.refuse().refuse();

            assertThatExceptionOfType(ConnectException.class).isThrownBy(this::connect);
            assertThat(echoTime(open)).isPositive();
        }
        proxy.listen().listen();
        try (Socket client = connect()) {
            assertThat(echoTime(client)).isPositive();
        }
        assertThat(proxy.port()).isEqualTo(port);
        proxy.refuse().heal();
        connect().close();
    }

    @Test
    void cutsWithinAMessageAfterSoManyBytes() throws IOException {
        proxy.cutAfter(TO_CLIENT, 1_000);
        try (Socket client = connect()) {
            send(client, new byte[5_000]);

            assertThat(client.getInputStream().readNBytes(1_000)).hasSize(1_000);
            assertReset(client);
        }
        until("the server saw the reset", () -> server.broken() == 1);
    }

    @Test
    void countsTheBytesToACutFromTheMomentItIsAskedFor() throws IOException {
        try (Socket client = connect()) {
            echoTime(client);
            proxy.cutAfter(TO_SERVER, 2);

            assertThat(echoTime(client)).isPositive();
            client.getOutputStream().write(1);
            assertReset(client);
            until("the last byte got through", () -> server.received() == 3);
        }
        proxy.cutAfter(TO_SERVER, 0);
        try (Socket client = connect()) {
            client.getOutputStream().write(1);
            assertReset(client);
        }
        proxy.heal();
        try (Socket client = connect()) {
            assertThat(echoTime(client)).isPositive();
        }
        assertThat(server.received()).isEqualTo(4);
    }

    @Test
    void resetsTheClientWhenTheServerIsNotThere() throws IOException {
        try (Socket deaf = new Socket()) {
            deaf.bind(new InetSocketAddress("127.0.0.1", 0));
            try (FaultProxy toNobody = FaultProxy.to("127.0.0.1", deaf.getLocalPort());
                    Socket client = new Socket(toNobody.host(), toNobody.port())) {
                assertReset(client);
            }
        }
    }

    @Test
    void tellsEachSideThatTheOtherLeft() throws IOException {
        connectAndEcho().close();
        until("the server saw the end", () -> server.finished() == 1);

        try (Socket client = connectAndEcho()) {
            server.closeConnections();
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }

        Socket rude = connectAndEcho();
        int broken = server.broken();
        rude.setSoLinger(true, 0);
        rude.close();
        until("the server saw the reset", () -> server.broken() == broken + 1);
        until("nothing is open", () -> proxy.connections() == 0);
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
    void leavesNoThreadAndNoPortBehind() throws IOException {
        try (Socket client = connect()) {
            echoTime(client);
            proxy.close();
            proxy.close();

            assertReset(client);
            assertThatExceptionOfType(ConnectException.class).isThrownBy(this::connect);
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

    private Socket connect() throws IOException {
        Socket socket = new Socket(proxy.host(), proxy.port());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(10_000);
        return socket;
    }

    private Socket connectAndEcho() throws IOException {
        Socket socket = connect();
        echoTime(socket);
        return socket;
    }

    private static Duration echoTime(Socket client) throws IOException {
        long start = System.nanoTime();
        client.getOutputStream().write(42);
        assertThat(client.getInputStream().read()).isEqualTo(42);
        return Duration.ofNanos(System.nanoTime() - start);
    }

    private static void send(Socket client, byte[] bytes) {
        try {
            client.getOutputStream().write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void assertSilent(Socket client) throws IOException {
        client.setSoTimeout(100);
        assertThatExceptionOfType(SocketTimeoutException.class)
                .isThrownBy(() -> client.getInputStream().read());
        client.setSoTimeout(10_000);
    }

    private static void assertReset(Socket client) {
        assertThatExceptionOfType(SocketException.class)
                .isThrownBy(() -> client.getInputStream().read())
                .withMessageContaining("reset");
    }
}
