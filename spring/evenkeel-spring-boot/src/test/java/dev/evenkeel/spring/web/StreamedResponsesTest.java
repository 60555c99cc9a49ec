package dev.evenkeel.spring.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.spring.Polling;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.NettyDataBuffer;
import org.springframework.core.io.buffer.NettyDataBufferFactory;
import org.springframework.http.codec.ServerCodecConfigurer;
import org.springframework.http.server.reactive.ReactorHttpHandlerAdapter;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.adapter.WebHttpHandlerBuilder;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.DisposableServer;
import reactor.netty.NettyOutbound;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;

class StreamedResponsesTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Each part has one byte. */
    private static final int PARTS = 20_000;

    /** Fewer than the filter asks for ahead. */
    private static final int SOME = 20;

    private final Sinks.Empty<Void> someWait = Sinks.empty();
    private final NettyDataBufferFactory buffers = new NettyDataBufferFactory(ByteBufAllocator.DEFAULT);
    private final Queue<NettyDataBuffer> made = new ConcurrentLinkedQueue<>();
    private final Scheduler rows = Schedulers.newSingle("rows");
    private final StreamedResponses filter = new StreamedResponses();

    @AfterEach
    void stop() {
        rows.dispose();
    }

    /** Where they came on the thread of the rows, one in five large streams stood still. */
    @Test
    void partsComeOnTheLoopOfTheirConnection() {
        Set<Boolean> onTheLoop = ConcurrentHashMap.newKeySet();
        DisposableServer server = serve(between((response, parts) -> {
            EventLoop loop = loop(response);
            return response.writeAndFlushWith(Flux.from(parts).doOnNext(part -> onTheLoop.add(loop.inEventLoop())));
        }));

        Long received = HttpClient.create()
                .port(server.port())
                .get()
                .responseContent()
                .map(bytes -> (long) bytes.readableBytes())
                .reduce(0L, Long::sum)
                .block(PATIENCE);

        server.disposeNow();
        assertThat(received).isEqualTo(PARTS);
        assertThat(onTheLoop).containsExactly(true);
    }

    /** One time in seven a cancel came at the wrong moment. */
    @RepeatedTest(30)
    void partsThatNobodyTakesAnyMoreAreReleased() {
        Sinks.Empty<Void> oneTaken = Sinks.empty();
        DisposableServer server = serve(between((response, parts) -> Flux.from(parts)
                .concatMap(
                        part -> {
                            oneTaken.tryEmitEmpty();
                            return Mono.never();
                        },
                        0)
                .takeUntilOther(Mono.when(someWait.asMono(), oneTaken.asMono()))
                .then()));

        HttpClient.create().port(server.port()).get().response().block(PATIENCE);

        server.disposeNow();
        Polling.await("only the one that was taken is left", () -> unreleased() == 1);
    }

    private long unreleased() {
        return made.stream().filter(part -> part.getNativeBuffer().refCnt() > 0).count();
    }

    @Test
    void aResponseWithoutAConnectionIsWrittenAsItComes() {
        MockServerWebExchange exchange = MockServerWebExchange.from(MockServerHttpRequest.get("/"));

        filter.filter(exchange, this::stream).block(PATIENCE);

        assertThat(exchange.getResponse().getBodyAsString().block(PATIENCE)).hasSize(PARTS);
    }

    private DisposableServer serve(WebFilter nearer) {
        return HttpServer.create()
                .port(0)
                .handle(new ReactorHttpHandlerAdapter(WebHttpHandlerBuilder.webHandler(this::stream)
                        .filter(nearer, filter)
                        .codecConfigurer(ServerCodecConfigurer.create())
                        .build()))
                .bindNow();
    }

    /** Not fused, as rows are not. */
    private Mono<Void> stream(ServerWebExchange exchange) {
        return exchange.getResponse()
                .writeAndFlushWith(Flux.range(0, PARTS)
                        .publishOn(rows)
                        .map(number -> Mono.just(part()))
                        .hide());
    }

    private NettyDataBuffer part() {
        NettyDataBuffer part = buffers.allocateBuffer(1);
        part.write("x", StandardCharsets.US_ASCII);
        made.add(part);
        if (made.size() == SOME) {
            someWait.tryEmitEmpty();
        }
        return part;
    }

    private static EventLoop loop(ServerHttpResponse response) {
        AtomicReference<EventLoop> loop = new AtomicReference<>();
        ((NettyOutbound) ServerHttpResponseDecorator.getNativeResponse(response))
                .withConnection(connection -> loop.set(connection.channel().eventLoop()));
        return loop.get();
    }

    private interface Writing {
        Mono<Void> write(ServerHttpResponse server, Publisher<? extends Publisher<? extends DataBuffer>> parts);
    }

    /** Stands between the filter and the server. */
    private static WebFilter between(Writing writing) {
        return (exchange, chain) -> chain.filter(exchange.mutate()
                .response(new ServerHttpResponseDecorator(exchange.getResponse()) {
                    @Override
                    public Mono<Void> writeAndFlushWith(Publisher<? extends Publisher<? extends DataBuffer>> parts) {
                        return writing.write(getDelegate(), parts);
                    }
                })
                .build());
    }
}
