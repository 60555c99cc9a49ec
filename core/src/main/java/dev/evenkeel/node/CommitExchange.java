package dev.evenkeel.node;

import dev.evenkeel.wire.AnswerReader;
import dev.evenkeel.wire.CommandTag;
import dev.evenkeel.wire.Wire;
import io.netty.buffer.ByteBuf;
import io.r2dbc.postgresql.message.backend.BackendMessage;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;

/** Sends COMMIT and reads all of the answer. */
final class CommitExchange {

    private CommitExchange() {}

    /** Completes when the transaction has committed; at once when there is none. */
    static Mono<Void> at(Boundaries end) {
        return new Mono<>() {
            @Override
            public void subscribe(CoreSubscriber<? super Void> caller) {
                if (end.hasNone()) {
                    Operators.complete(caller);
                    return;
                }
                Reader reader = new Reader(caller, end);
                caller.onSubscribe(reader);
                if (!reader.over) {
                    DirectStatements session = end.direct();
                    ByteBuf request = session.client().getByteBufAllocator().ioBuffer(32);
                    Wire.query(request, CommitAnswer.COMMIT);
                    session.answers().ask(request, reader, end.traffic().isAlone());
                }
            }
        };
    }

    private static final class Reader implements AnswerReader, Subscription {

        private final CoreSubscriber<? super Void> caller;
        private final Boundaries at;
        private final CommitAnswer answer = new CommitAnswer();
        private volatile boolean over;

        Reader(CoreSubscriber<? super Void> caller, Boundaries at) {
            this.caller = caller;
            this.at = at;
        }

        @Override
        public boolean takesMore() {
            return true;
        }

        @Override
        public void row(ByteBuf body) {}

        @Override
        public void completed(CommandTag tag) {
            answer.completed(tag);
        }

        @Override
        public void message(BackendMessage message) {
            answer.read(message);
        }

        @Override
        public void ready() {
            if (!over) {
                at.pending().forget();
                end(answer.problem(at.node().get()));
            }
        }

        @Override
        public void lost(Throwable cause) {
            if (!over) {
                end(cause);
            }
        }

        private void end(@Nullable Throwable problem) {
            over = true;
            if (problem == null) {
                caller.onComplete();
            } else {
                caller.onError(problem);
            }
        }

        @Override
        public void request(long count) {
            Operators.validate(count);
        }

        /** COMMIT goes on. */
        @Override
        public void cancel() {
            over = true;
        }
    }
}
