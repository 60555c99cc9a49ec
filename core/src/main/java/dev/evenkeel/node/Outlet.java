package dev.evenkeel.node;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * Lets data out as fast as a socket takes it: the driver would pile it up in front of a server that does not read. The next piece is
 * asked for when the pieces before it are nearly all on their way.
 */
final class Outlet extends ChannelInboundHandlerAdapter {

    /** Small pieces of a source that need not wait would keep the event loop from everything else, answers included. */
    private static final int IN_A_ROW = 32;

    private final Channel socket;
    private final Queue<MonoSink<Void>> waiting = new ConcurrentLinkedQueue<>();
    private int inARow;

    private Outlet(Channel socket) {
        this.socket = socket;
    }

    static <T> Flux<T> through(Channel socket, Publisher<T> data) {
        return Flux.using(
                () -> new Outlet(socket).open(),
                outlet -> Flux.from(data).limitRate(1).concatMap(outlet::passed, 0),
                Outlet::close);
    }

    private Outlet open() {
        socket.pipeline().addLast(this);
        ChannelFuture ignored = socket.closeFuture().addListener(end -> letAllGo());
        return this;
    }

    private void close() {
        if (socket.pipeline().context(this) != null) {
            socket.pipeline().remove(this);
        }
    }

    private <T> Mono<T> passed(T piece) {
        if (!socket.isWritable()) {
            return Mono.<Void>create(this::await).thenReturn(piece);
        }
        return ++inARow % IN_A_ROW == 0 ? Mono.<Void>create(this::giveWay).thenReturn(piece) : Mono.just(piece);
    }

    /** A task without a delay would still be run before the loop looks at its sockets. */
    private void giveWay(MonoSink<Void> sink) {
        ScheduledFuture<?> ignored = socket.eventLoop().schedule(() -> sink.success(), 1, TimeUnit.NANOSECONDS);
    }

    /** It may have become writable on the way here. */
    private void await(MonoSink<Void> sink) {
        waiting.add(sink);
        if (socket.isWritable() || !socket.isActive()) {
            letAllGo();
        }
    }

    private void letAllGo() {
        for (MonoSink<Void> sink = waiting.poll(); sink != null; sink = waiting.poll()) {
            sink.success();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (socket.isWritable()) {
            letAllGo();
        }
        context.fireChannelWritabilityChanged();
    }
}
