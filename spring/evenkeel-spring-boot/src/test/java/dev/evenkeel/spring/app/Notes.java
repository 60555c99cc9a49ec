package dev.evenkeel.spring.app;

import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import reactor.core.publisher.Mono;

/** What tests do in transactions, each of a kind of its own around the same work. */
@Service
public class Notes {

    private final NoteRepository repository;
    private final DatabaseClient client;

    Notes(NoteRepository repository, DatabaseClient client) {
        this.repository = repository;
        this.client = client;
    }

    public Mono<Integer> port() {
        return client.sql("select inet_server_port()")
                .map(row -> row.get(0, Integer.class))
                .one();
    }

    public Mono<Integer> session() {
        return client.sql("select pg_backend_pid()")
                .map(row -> row.get(0, Integer.class))
                .one();
    }

    public Mono<Void> insert(String table, int id) {
        return client.sql("insert into " + table + " values (:id)")
                .bind("id", id)
                .then();
    }

    public Mono<Long> count(String table) {
        return client.sql("select count(*) from " + table)
                .map(row -> row.get(0, Long.class))
                .one();
    }

    public Mono<Void> sleep(double seconds) {
        return client.sql("select pg_sleep(:s)").bind("s", seconds).then();
    }

    public Mono<Void> increment(int counter) {
        return client.sql("update counter set n = n + 1 where id = :id")
                .bind("id", counter)
                .then();
    }

    @Transactional(readOnly = true)
    public <T> Mono<T> reading(Mono<T> work) {
        return work;
    }

    @Transactional(readOnly = true)
    public Mono<Note> find(long id) {
        return repository.findById(id);
    }

    @Transactional
    public <T> Mono<T> writing(Mono<T> work) {
        return work;
    }

    @Transactional(propagation = Propagation.REQUIRES_NEW)
    public <T> Mono<T> apart(Mono<T> work) {
        return work;
    }

    @Transactional(propagation = Propagation.NESTED)
    public <T> Mono<T> nested(Mono<T> work) {
        return work;
    }

    @Transactional(propagation = Propagation.NOT_SUPPORTED)
    public <T> Mono<T> outside(Mono<T> work) {
        return work;
    }

    @Transactional(propagation = Propagation.SUPPORTS, readOnly = true)
    public <T> Mono<T> supportingReads(Mono<T> work) {
        return work;
    }

    @Transactional(timeout = 1)
    public <T> Mono<T> hasty(Mono<T> work) {
        return work;
    }

    @Transactional(isolation = Isolation.SERIALIZABLE)
    public <T> Mono<T> serializable(Mono<T> work) {
        return work;
    }
}
