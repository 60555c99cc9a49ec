package dev.evenkeel.spring.web;

import io.netty.channel.EventLoop;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;

/**
 * Runs on one event loop, which is somebody else's to end. What was scheduled runs also after a worker was disposed of: with Reactor's own
 * schedulers a cancel drops the turn in which {@code publishOn} would have discarded what it holds, and buffers are never released.
 */
record LoopScheduler(EventLoop loop) implements Scheduler {

    @Override
    public Disposable schedule(Runnable task) {
        loop.execute(task);
        return Disposables.disposed();
    }

    @Override
    public Worker createWorker() {
        return new Worker() {
            @Override
            public Disposable schedule(Runnable task) {
                return LoopScheduler.this.schedule(task);
            }

            @Override
            public void dispose() {}
        };
    }
}
