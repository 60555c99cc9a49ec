package dev.evenkeel.lane;

import dev.evenkeel.wire.AnswerReader;
import dev.evenkeel.wire.CommandTag;
import io.netty.buffer.ByteBuf;
import io.r2dbc.postgresql.message.backend.BackendMessage;

/** All that the server says on one lane. */
record LaneReader(Lane lane) implements AnswerReader {

    @Override
    public boolean takesMore() {
        return lane.takesMore();
    }

    @Override
    public void row(ByteBuf body) {
        try {
            lane.receive(body);
        } catch (RuntimeException unexpected) {
            breakOff(unexpected);
        }
    }

    @Override
    public void completed(CommandTag tag) {
        try {
            lane.completed();
        } catch (RuntimeException unexpected) {
            breakOff(unexpected);
        }
    }

    @Override
    public void message(BackendMessage message) {
        try {
            lane.receive(message);
        } catch (RuntimeException unexpected) {
            breakOff(unexpected);
        }
    }

    @Override
    public void ready() {
        try {
            lane.ready();
        } catch (RuntimeException unexpected) {
            breakOff(unexpected);
        }
    }

    /** The lane hears of it by the driver. */
    @Override
    public void lost(Throwable cause) {}

    /** Who is next in line is not known any more. */
    private void breakOff(RuntimeException unexpected) {
        lane.broke(unexpected);
        lane.sever();
    }
}
