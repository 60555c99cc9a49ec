package com.example.demo;

import org.springframework.data.annotation.Id;

public record Book(@Id Long id, String title, int copies) {

    Book lent() {
        return new Book(id, title, copies - 1);
    }
}
