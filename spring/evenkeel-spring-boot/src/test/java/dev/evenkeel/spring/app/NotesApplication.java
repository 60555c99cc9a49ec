package dev.evenkeel.spring.app;

import dev.evenkeel.event.DatabaseListener;
import dev.evenkeel.event.StatementCompleted;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.resilience.annotation.EnableResilientMethods;

/** A plain Spring WebFlux and Spring Data R2DBC application: nothing but the listener and what is repeated knows of Evenkeel. */
@SpringBootApplication
@EnableResilientMethods
public class NotesApplication {

    /** Names of the requests whose statements were seen. */
    public record Requests(Queue<String> names) implements DatabaseListener {

        @Override
        public boolean wantsStatements() {
            return true;
        }

        @Override
        public void onStatementCompleted(StatementCompleted statement) {
            names.add(statement.scope().name());
        }
    }

    @Bean
    Requests requests() {
        return new Requests(new ConcurrentLinkedQueue<>());
    }
}
