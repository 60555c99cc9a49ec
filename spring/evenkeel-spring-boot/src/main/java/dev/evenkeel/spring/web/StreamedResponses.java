package dev.evenkeel.spring.web;

import io.netty.channel.EventLoop;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.core.Ordered;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.NettyOutbound;

/**
 * Hands the parts of a streamed response (NDJSON, Server-Sent Events) over on the event loop of its connection.
 *
 * <p>Rows come on the loop of a database connection, demand comes from the loop of the client. Reactor Netty joins each part with a
 * mark to flush by a concatenation, and Reactor's concatenation (3.4.9 to at least 3.8.8) can lose demand that arrives while its
 * first source is subscribed to from another thread. The state of a response that stood still fits a count that was compared and
 * swapped when it had come back to the value it was read with: the demand goes to the source that has just ended, and the next one is
 * never asked. Nothing errors, and the client waits until it gives up; one in five streams of 200,000 rows did. On one thread that
 * cannot be.
 */
final class StreamedResponses implements WebFilter, Ordered {

    /** Parts that are under way between the two loops. */
    private static final int AHEAD = 64;

    /** Nearest to the server: what other filters make of the response passes here. */
    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE + 10;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        return chain.filter(exchange.mutate()
                .response(new OnItsLoop(exchange.getResponse()))
                .build());
    }

    private static final class OnItsLoop extends ServerHttpResponseDecorator {

        OnItsLoop(ServerHttpResponse response) {
            super(response);
        }

        @Override
        public Mono<Void> writeAndFlushWith(Publisher<? extends Publisher<? extends DataBuffer>> parts) {
            EventLoop loop = loop();
            if (loop == null) {
                return super.writeAndFlushWith(parts);
            }
            return super.writeAndFlushWith(Flux.from(parts)
                    .publishOn(new LoopScheduler(loop), AHEAD)
                    .doOnDiscard(Publisher.class, OnItsLoop::release));
        }

        /** A part that a client who has gone will not get holds its buffer until somebody asks for it. */
        private static void release(Publisher<?> part) {
            Flux.from(part).subscribe(item -> DataBufferUtils.release((DataBuffer) item));
        }

        /** The one of the connection, or none if the server is not Reactor Netty. */
        private @Nullable EventLoop loop() {
            AtomicReference<@Nullable EventLoop> loop = new AtomicReference<>();
            if (server() instanceof NettyOutbound outbound) {
                outbound.withConnection(
                        connection -> loop.set(connection.channel().eventLoop()));
            }
            return loop.get();
        }

        private @Nullable Object server() {
            try {
                return getNativeResponse(getDelegate());
            } catch (IllegalArgumentException | IllegalStateException noneBehindIt) {
                return null;
            }
        }
    }
}
