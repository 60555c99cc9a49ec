package dev.evenkeel.spring.transaction;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.spring.config.EvenkeelAutoConfiguration;
import io.r2dbc.spi.ConnectionFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.r2dbc.ConnectionFactoryDecorator;
import org.springframework.boot.r2dbc.autoconfigure.R2dbcAutoConfiguration;
import org.springframework.boot.r2dbc.autoconfigure.R2dbcTransactionManagerAutoConfiguration;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.transaction.ReactiveTransactionManager;

/**
 * The application's one {@code ConnectionFactory}, so that Spring Boot makes no pool, and its transactions.
 */
@AutoConfiguration(
        after = EvenkeelAutoConfiguration.class,
        before = {
            R2dbcAutoConfiguration.class,
            R2dbcTransactionManagerAutoConfiguration.class,
            TransactionAutoConfiguration.class
        })
@ConditionalOnBean(ReactiveDatabaseManager.class)
@ConditionalOnMissingBean(ConnectionFactory.class)
public final class EvenkeelTransactionAutoConfiguration {

    @Bean
    SpringConnectionFactory connectionFactory(
            ReactiveDatabaseManager manager, ObjectProvider<ConnectionFactoryDecorator> decorators) {
        ConnectionFactory[] outermost = {manager.connectionFactory()};
        decorators.orderedStream().forEach(decorator -> outermost[0] = decorator.decorate(outermost[0]));
        return new SpringConnectionFactory(outermost[0]);
    }

    @Bean
    @ConditionalOnMissingBean(ReactiveTransactionManager.class)
    EvenkeelTransactionManager connectionFactoryTransactionManager(
            SpringConnectionFactory connectionFactory, ReactiveDatabaseManager manager) {
        return new EvenkeelTransactionManager(
                connectionFactory, manager.config().callTimeout());
    }
}
