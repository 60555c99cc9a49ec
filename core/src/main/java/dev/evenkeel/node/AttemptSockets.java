package dev.evenkeel.node;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import reactor.netty.resources.LoopResources;

/**
 * The shared event loops, remembering the sockets that one session opens. The driver does not close a socket whose login is
 * abandoned: a server that accepts and stays mute would collect one for each attempt, for ever.
 */
final class AttemptSockets implements LoopResources {

    /** By its name, so that it may be missing: only Linux with Netty's native transport has it. */
    static final ChannelOption<Integer> USER_TIMEOUT =
            ChannelOption.valueOf("io.netty.channel.epoll.EpollChannelOption#TCP_USER_TIMEOUT");

    /**
     * How long a peer may leave what we sent unacknowledged before the kernel breaks the connection off; of itself it would try for
     * a quarter of an hour. As long as a call has by default, because others bring a deadline of their own.
     */
    static final int UNACKNOWLEDGED_MILLIS = 60_000;

    private final LoopResources shared;
    private final Queue<Channel> opened = new ConcurrentLinkedQueue<>();
    private volatile boolean closed;

    AttemptSockets(LoopResources shared) {
        this.shared = shared;
    }

    /** Also what is opened from now on: an attempt that is given up may be about to open its socket. */
    void close() {
        closed = true;
        for (Channel channel : opened) {
            ChannelFuture ignored = channel.close();
        }
    }

    @Override
    public <C extends Channel> C onChannel(Class<C> type, EventLoopGroup group) {
        C channel = shared.onChannel(type, group);
        // False where there is no such option.
        boolean ignoredOption = channel.config().setOption(USER_TIMEOUT, UNACKNOWLEDGED_MILLIS);
        opened.add(channel);
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

    @Override
    public EventLoopGroup onClient(boolean useNative) {
        return shared.onClient(useNative);
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
