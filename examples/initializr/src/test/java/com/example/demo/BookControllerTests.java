package com.example.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.webtestclient.autoconfigure.AutoConfigureWebTestClient;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpStatus;
import org.springframework.test.web.reactive.server.WebTestClient;

@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@AutoConfigureWebTestClient
@Import(TestServers.class)
class BookControllerTests {

    @Autowired
    private WebTestClient web;

    @Test
    void findsWhatWasJustAdded() {
        for (int i = 0; i < 20; i++) {
            Book added = add(new Book(null, "Knots and Splices " + i, 3));

            web.get()
                    .uri("/books/{id}", added.id())
                    .exchange()
                    .expectStatus()
                    .isOk()
                    .expectBody(Book.class)
                    .isEqualTo(added);
        }
        web.get()
                .uri("/books?title=knots")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBodyList(Book.class)
                .hasSize(20);
    }

    @Test
    void lendsNoMoreCopiesThanThereAre() {
        long id = add(new Book(null, "The Lookout Man", 1)).id();

        assertThat(lend(id)).isEqualTo(HttpStatus.OK);
        assertThat(lend(id)).isEqualTo(HttpStatus.CONFLICT);

        web.get()
                .uri("/books/{id}", id)
                .exchange()
                .expectBody(Book.class)
                .value(book -> assertThat(book.copies()).isZero());
    }

    @Test
    void knowsNoOtherBooks() {
        web.get().uri("/books/{id}", Long.MAX_VALUE).exchange().expectStatus().isNotFound();
    }

    private Book add(Book book) {
        return web.post()
                .uri("/books")
                .bodyValue(book)
                .exchange()
                .expectStatus()
                .isCreated()
                .expectBody(Book.class)
                .returnResult()
                .getResponseBody();
    }

    private HttpStatus lend(long id) {
        return HttpStatus.valueOf(web.post()
                .uri("/books/{id}/loans", id)
                .exchange()
                .returnResult(Void.class)
                .getStatus()
                .value());
    }
}
