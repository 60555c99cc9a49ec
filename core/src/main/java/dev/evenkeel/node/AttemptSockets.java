package dev.evenkeel.node;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.netty.resources.LoopResources;

/**
 * The shared event loops, remembering the sockets that one session opens. The driver does not close a socket whose login is
 * abandoned: a server that accepts and stays mute would collect one for each attempt, for ever.
 */
final class AttemptSockets implements LoopResources {

    /**
     * After a minute without an acknowledgement the kernel breaks a connection off; of itself it would try for a quarter of an
     * hour, and ask one that waits for an answer only after two hours. A minute is what a call has by default: whoever wants less
     * has a deadline. By their names, so that they may be missing: only Linux with Netty's native transport has these options.
     */
    private static final Map<ChannelOption<Integer>, Integer> PATIENCE =
            Map.of(epoll("TCP_USER_TIMEOUT"), 60_000, epoll("TCP_KEEPIDLE"), 30, epoll("TCP_KEEPINTVL"), 10);

    private final LoopResources shared;
    private final Queue<Channel> opened = new ConcurrentLinkedQueue<>();
    private @Nullable EventLoop drawn;
    private volatile @Nullable Channel last;
    private volatile boolean closed;

    AttemptSockets(LoopResources shared) {
        this.shared = shared;
    }

    private static ChannelOption<Integer> epoll(String name) {
        return ChannelOption.valueOf("io.netty.channel.epoll.EpollChannelOption#" + name);
    }

    /** The socket that is open, or the last one that was; there must have been one. */
    Channel socket() {
        Channel open = opened.peek();
        return Objects.requireNonNull(open == null ? last : open, "no socket yet");
    }

    /** Where its answers arrive. */
    EventLoop loop() {
        return socket().eventLoop();
    }

    /** Also what is opened from now on: an attempt that is given up may be about to open its socket. */
    void close() {
        closed = true;
        opened.forEach(this::close);
    }

    /** Those that were opened since, to ask the server to stop something. */
    void closeAllBut(Channel session) {
        opened.stream().filter(channel -> !channel.equals(session)).forEach(this::close);
    }

    /** One that no event loop has taken yet can only be closed like that; it would stay open otherwise. */
    private void close(Channel channel) {
        if (channel.isRegistered()) {
            ChannelFuture ignored = channel.close();
        } else {
            channel.unsafe().closeForcibly();
            opened.remove(channel);
        }
    }

    @Override
    public <C extends Channel> C onChannel(Class<C> type, EventLoopGroup group) {
        C channel = shared.onChannel(type, group);
        PATIENCE.forEach((option, value) -> channel.config().setOption(option, value));
        opened.add(channel);
        last = channel;
        ChannelFuture ignored = channel.closeFuture().addListener(end -> opened.remove(channel));
        if (closed) {
            close();
        }
        return channel;
    }

    @Override
    public <C extends Channel> Class<? extends C> onChannelClass(Class<C> type, EventLoopGroup group) {
        return shared.onChannelClass(type, group);
    }

    /**
     * One loop for the session, the next one for the next. Of itself a socket gets the loop that it is asked for on, and a pool opens
     * a connection where the one before it has logged in: all of them would have the same. And since several are drawn for each
     * session, drawing in turn would not reach all of them either.
     */
    @Override
    public synchronized EventLoopGroup onClient(boolean useNative) {
        EventLoop known = drawn;
        if (known == null) {
            EventLoopGroup group = shared.onClient(useNative);
            known = (group instanceof Supplier<?> colocated && colocated.get() instanceof EventLoopGroup all
                            ? all
                            : group)
                    .next();
            drawn = known;
        }
        return known;
    }

    /**
     * One for all: Reactor Netty makes a resolver for whatever it is to connect on, also where the driver brings its own, and keeps
     * it for ever in a map whose keys are nothing but hash codes. So there is one of these in that map, and not one for each
     * connection, with its socket.
     */
    @Override
    public int hashCode() {
        return AttemptSockets.class.hashCode();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public EventLoopGroup onServer(boolean useNative) {
        return shared.onServer(useNative);
    }

    @Override
    public boolean daemon() {
        return shared.daemon();
    }
}
