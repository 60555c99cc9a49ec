package com.example.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.PostgresNode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Import;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What the application's servers say about its reads, and what its readers see of a failover, which breaks the cluster. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@Import(TestServers.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ReplicasIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int READERS = 4;
    private static final int MANY = 500;

    /** Counted by each server for itself, as soon as the statement has ended. */
    private static final String READS = "select coalesce(sum(calls), 0) from pg_stat_statements where query ~* '^select.*from .?book'";

    @Autowired
    private PostgresCluster cluster;

    private WebClient web;
    private long book;

    @BeforeEach
    void addABookThatReplicasHave(@LocalServerPort int port) {
        web = WebClient.create("http://localhost:" + port);
        cluster.primary().execute("create extension if not exists pg_stat_statements");
        book = add("Knots and Splices").block(PATIENCE).id();
        Awaitility.await().atMost(PATIENCE).until(() -> {
            long before = reads(cluster.replicas());
            find().block(PATIENCE);
            return reads(cluster.replicas()) > before;
        });
    }

    private Mono<Book> add(String title) {
        return web.post().uri("/books").bodyValue(new Book(null, title, 1)).retrieve().bodyToMono(Book.class);
    }

    private Mono<Book> find() {
        return web.get().uri("/books/{id}", book).retrieve().bodyToMono(Book.class);
    }

    private static long reads(List<PostgresNode> nodes) {
        return nodes.stream().mapToLong(node -> Long.parseLong(node.queryOne(READS))).sum();
    }

    @Test
    @Order(1)
    void readOnlyTransactionsRunOnTheReplicasAndNoneOfThemOnThePrimary() {
        List<PostgresNode> primary = List.of(cluster.primary());
        long onReplicas = reads(cluster.replicas());
        long onPrimary = reads(primary);

        Flux.range(0, MANY).flatMap(i -> find(), READERS).blockLast(PATIENCE);

        assertThat(reads(cluster.replicas()) - onReplicas).isEqualTo(MANY);
        assertThat(reads(primary) - onPrimary).isZero();
        assertThat(cluster.replicas()).allMatch(replica -> reads(List.of(replica)) > 0);
    }

    @Test
    @Order(2)
    void readersDoNotNoticeThatThePrimaryDiesAndAReplicaIsPromoted() {
        PostgresNode lost = cluster.primary();
        PostgresNode next = cluster.replicas().get(0);
        AtomicLong reads = new AtomicLong();
        List<Throwable> failures = new CopyOnWriteArrayList<>();
        Disposable readers = Flux.range(0, READERS)
                .flatMap(reader -> Mono.defer(this::find)
                        .doOnSuccess(found -> reads.incrementAndGet())
                        .doOnError(failures::add)
                        .onErrorComplete()
                        .repeat())
                .subscribe();
        awaitMore(reads);

        cluster.kill(lost);
        Mono<Book> written = add("Written while there is no primary").cache();
        Disposable writer = written.subscribe(found -> {}, failures::add);
        awaitMore(reads);
        assertThat(writer.isDisposed()).as("the write waits").isFalse();
        cluster.promote(next);
        assertThat(written.block(PATIENCE).title()).isEqualTo("Written while there is no primary");
        awaitMore(reads);
        readers.dispose();

        assertThat(failures).isEmpty();
        assertThat(next.queryOne("select count(*) from book where title like 'Written%'")).isEqualTo("1");
    }

    private static void awaitMore(AtomicLong reads) {
        long before = reads.get();
        Awaitility.await().atMost(PATIENCE).until(() -> reads.get() >= before + MANY);
    }
}
