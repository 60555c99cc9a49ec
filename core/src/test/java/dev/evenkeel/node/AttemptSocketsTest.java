package dev.evenkeel.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.EventLoop;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import reactor.netty.resources.LoopResources;
import reactor.netty.tcp.TcpResources;

class AttemptSocketsTest {

    @Test
    void theKernelIsToldHowLongItMayWaitForAnAcknowledgement() {
        assumeTrue(Epoll.isAvailable(), "Netty's native transport for Linux");
        LoopResources loops = TcpResources.get();

        SocketChannel channel = new AttemptSockets(loops).onChannel(SocketChannel.class, loops.onClient(true));

        try {
            assertThat(channel).isInstanceOf(EpollSocketChannel.class);
            assertThat(channel.config().getOption(EpollChannelOption.TCP_USER_TIMEOUT))
                    .isEqualTo(60_000);
            assertThat(channel.config().getOption(EpollChannelOption.TCP_KEEPIDLE))
                    .isEqualTo(30);
            assertThat(channel.config().getOption(EpollChannelOption.TCP_KEEPINTVL))
                    .isEqualTo(10);
        } finally {
            channel.unsafe().closeForcibly();
        }
    }

    /** Netty's own way to close one needs an event loop that has it. */
    @Test
    void whatNoLoopHasTakenYetIsClosedWithItsAttempt() {
        LoopResources loops = TcpResources.get();
        AttemptSockets attempt = new AttemptSockets(loops);
        SocketChannel before = attempt.onChannel(SocketChannel.class, loops.onClient(true));

        attempt.close();
        SocketChannel late = attempt.onChannel(SocketChannel.class, loops.onClient(true));

        assertThat(before.isOpen()).isFalse();
        assertThat(late.isOpen()).isFalse();
    }

    @Test
    void whereThereIsNoSuchOptionSocketsAreOpenedAllTheSame() {
        LoopResources loops = TcpResources.get();

        SocketChannel channel = new AttemptSockets(loops).onChannel(SocketChannel.class, loops.onClient(false));

        try {
            assertThat(channel).isInstanceOf(NioSocketChannel.class);
            assertThat(channel.isOpen()).isTrue();
        } finally {
            channel.unsafe().closeForcibly();
        }
    }

    /** A pool opens each connection on the loop where the one before it has logged in; all of them used to end up on one. */
    @Test
    void sessionsThatAreOpenedOnOneLoopGetAllLoopsRegression() throws Exception {
        LoopResources loops = TcpResources.get();
        int count = LoopResources.DEFAULT_IO_WORKER_COUNT;
        Set<EventLoop> drawn = ConcurrentHashMap.newKeySet();

        loops.onClient(true)
                .next()
                .submit(() -> {
                    for (int i = 0; i < count; i++) {
                        AttemptSockets session = new AttemptSockets(loops);
                        EventLoop loop = session.onClient(true).next();
                        assertThat(session.onClient(true).next()).isSameAs(loop);
                        drawn.add(loop);
                    }
                })
                .get(20, TimeUnit.SECONDS);

        assertThat(drawn).hasSize(count);
    }
}
