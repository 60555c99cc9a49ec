package dev.evenkeel.testkit;

import static dev.evenkeel.testkit.Direction.TO_CLIENT;
import static dev.evenkeel.testkit.Direction.TO_SERVER;
import static dev.evenkeel.testkit.FaultPolling.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class FaultProxyClosingTest extends FaultProxyFixture {

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
    void resetsForgottenConnectionsWhenTheySpeakAndSparesNewOnes() throws IOException {
        try (Socket old = connect();
                Socket idle = connect()) {
            echoTime(old);
            echoTime(idle);

            proxy.forget();

            assertThat(proxy.connections()).isEqualTo(2);
            try (Socket fresh = connect()) {
                assertThat(echoTime(fresh)).isPositive();
            }
            old.getOutputStream().write(1);
            assertReset(old);
            until("only that one is gone", () -> proxy.connections() == 1);
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
            deaf.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            try (FaultProxy toNobody = FaultProxy.to("127.0.0.1", deaf.getLocalPort());
                    Socket client = connect(toNobody)) {
                assertReset(client);
            }
        }
    }

    @Test
    void tellsEachSideThatTheOtherLeft() throws IOException {
        connectAndEcho().close();
        until("the server saw the end", () -> server.finished() == 1);

        int broken = server.broken();
        try (Socket client = connectAndEcho()) {
            server.closeConnections();
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
        until("the server has counted that one", () -> server.broken() == broken + 1);

        Socket rude = connectAndEcho();
        rude.setSoLinger(true, 0);
        rude.close();
        until("the server saw the reset", () -> server.broken() == broken + 2);
        until("nothing is open", () -> proxy.connections() == 0);
    }

    @Test
    void leavesNoThreadAndNoPortBehind() throws IOException {
        try (Socket client = connect()) {
            echoTime(client);
            long threads = proxyThreads();

            proxy.close();
            proxy.close();

            assertReset(client);
            assertThatExceptionOfType(ConnectException.class).isThrownBy(this::connect);
            until("the thread is gone", () -> proxyThreads() == threads - 1);
        }
    }

    private static long proxyThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("fault-proxy"))
                .count();
    }
}
