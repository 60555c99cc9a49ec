package com.example.demo;

import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

@Service
public class BookService {

    private final BookRepository books;

    public BookService(BookRepository books) {
        this.books = books;
    }

    @Transactional(readOnly = true)
    public Flux<Book> search(String part) {
        return books.findByTitleContainingIgnoreCase(part);
    }

    @Transactional(readOnly = true)
    public Mono<Book> find(long id) {
        return books.findById(id);
    }

    @Transactional
    public Mono<Book> add(Book book) {
        return books.save(book);
    }

    @Transactional
    public Mono<Book> lend(long id) {
        return books.findById(id).map(Book::lent).flatMap(books::save);
    }
}
