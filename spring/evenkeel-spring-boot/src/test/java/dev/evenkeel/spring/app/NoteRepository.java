package dev.evenkeel.spring.app;

import org.springframework.data.r2dbc.repository.Query;
import org.springframework.data.repository.reactive.ReactiveCrudRepository;
import reactor.core.publisher.Mono;

public interface NoteRepository extends ReactiveCrudRepository<Note, Long> {

    @Query("select inet_server_port() from note limit 1")
    Mono<Integer> port();
}
