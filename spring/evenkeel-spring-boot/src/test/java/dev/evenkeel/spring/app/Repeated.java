package dev.evenkeel.spring.app;

import dev.evenkeel.spring.SafeToRetry;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Transactional;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The same as {@link Notes#serializable}, but Spring repeats it. */
@Service
public class Repeated {

    @Retryable(predicate = SafeToRetry.class, maxRetries = 2, delay = 10)
    @Transactional(isolation = Isolation.SERIALIZABLE)
    public <T> Mono<T> one(Mono<T> work) {
        return work;
    }

    @Retryable(predicate = SafeToRetry.class, maxRetries = 2, delay = 10)
    @Transactional(isolation = Isolation.SERIALIZABLE)
    public <T> Flux<T> many(Flux<T> work) {
        return work;
    }
}
