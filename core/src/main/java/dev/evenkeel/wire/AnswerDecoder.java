package dev.evenkeel.wire;

import dev.evenkeel.driver.DriverClient;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.util.AttributeKey;
import io.r2dbc.postgresql.client.Client;
import io.r2dbc.postgresql.client.ReactorNettyClient;
import io.r2dbc.postgresql.client.TransactionStatus;
import io.r2dbc.postgresql.message.backend.BackendMessageDecoder;
import io.r2dbc.postgresql.message.backend.ParameterStatus;
import io.r2dbc.spi.R2dbcNonTransientResourceException;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Stands between a session's socket and the driver, and hands each answer of the server to who asked for it: the driver, or an
 * {@link AnswerReader}. On the event loop, but for what is said to be thread-safe.
 *
 * <p>How this works: the driver makes an object of each message and of each column, and a queue and some ten operators lie between
 * them and who wants them. Here a message is looked at where it was received, and only its reader makes something of it. The server
 * answers in the order of the requests, and says that it is ready once for each; so it is enough to note whose they are as they are
 * written. They leave through the driver, which keeps their order, or past it when it has nothing to send. What the server says without
 * having been asked goes to the driver as ever.
 */
public final class AnswerDecoder extends ByteToMessageDecoder {

    /** The type and the length, which counts itself. */
    private static final int HEADER = 1 + Integer.BYTES;

    private static final AttributeKey<AnswerDecoder> OF_CHANNEL = AttributeKey.valueOf(AnswerDecoder.class, "session");

    private static final String CONNECTION_FAILURE = "08006";

    private final ReactorNettyClient driver;

    /** Handed to the driver, and not written yet. */
    private final Queue<Request> leaving = new ConcurrentLinkedQueue<>();

    /** Who gets the next answers; the driver's have no reader. */
    private final ArrayDeque<Request> written = new ArrayDeque<>();

    private @Nullable AnswerReader owner;
    private @Nullable ChannelHandlerContext context;
    private final DriverRequests requests = new DriverRequests(this::isOurs, this::driverAsked);
    private @Nullable Throwable trouble;
    private boolean readsForDriver;
    private volatile boolean paused;
    private volatile boolean over;
    private volatile TransactionStatus status = TransactionStatus.IDLE;

    /** What one answer is to. */
    private record Request(
            @Nullable Bytes message, @Nullable AnswerReader reader) {

        static final Request OF_THE_DRIVER = new Request(null, null);

        boolean consistsOf(ByteBuf bytes) {
            return message != null && message.consistsOf(bytes);
        }

        /** There will be no answer, and it may not even be sent. */
        void lost(Throwable cause) {
            if (message != null) {
                message.dispose();
            }
            if (reader != null) {
                reader.lost(cause);
            }
        }
    }

    private AnswerDecoder(ReactorNettyClient driver) {
        this.driver = driver;
    }

    /** To be done before anything was sent. */
    public static void install(ReactorNettyClient driver) {
        AnswerDecoder answers = new AnswerDecoder(driver);
        Channel channel = DriverClient.channel(driver);
        ChannelPipeline pipeline = channel.pipeline();
        ChannelHandlerContext decoder = pipeline.context(LengthFieldBasedFrameDecoder.class);
        if (decoder == null) {
            throw answers.closed();
        }
        pipeline.addBefore(decoder.name(), "evenkeel.answers", answers);
        pipeline.addBefore(decoder.name(), "evenkeel.requests", answers.requests);
        channel.attr(OF_CHANNEL).set(answers);
    }

    /** The one of a session that was opened with one. */
    public static AnswerDecoder of(Client driver) {
        Channel channel = DriverClient.channel((ReactorNettyClient) driver);
        return Objects.requireNonNull(channel.attr(OF_CHANNEL).get(), "not installed");
    }

    /** Behind all that was handed to the driver before. */
    private void queue(ByteBuf request, AnswerReader reader) {
        Bytes message = new Bytes(request);
        Request asked = new Request(message, reader);
        leaving.add(asked);
        if (driver.isConnected()) {
            driver.send(message);
        }
        if (over && leaving.remove(asked)) {
            asked.lost(closed());
        }
    }

    /**
     * Sends a request with one Sync, or one simple query, behind all that was handed to the driver before. Thread-safe.
     *
     * <p>{@code alone} says that nothing is on its way to the driver or in its queue. On the event loop it is then written at once, unless
     * the driver has more to send of what it has begun, and nothing that comes later can get in front. From another thread it must stand in
     * the driver's queue: a ROLLBACK that the event loop sends meanwhile would.
     */
    public void ask(ByteBuf request, AnswerReader reader, boolean alone) {
        ChannelHandlerContext own = context;
        if (!alone
                || own == null
                || over
                || !own.channel().eventLoop().inEventLoop()
                || requests.areAmidOne()
                || !driver.isConnected()) {
            queue(request, reader);
            return;
        }
        written.add(new Request(null, reader));
        send(request);
    }

    /**
     * What the server has said of the transaction when it was ready last. The driver is told again: it may have read older answers
     * since. Thread-safe.
     */
    public TransactionStatus transactionStatus() {
        TransactionStatus said = status;
        if (driver.getTransactionStatus() != said) {
            DriverClient.transactionStatus(driver, said);
        }
        return said;
    }

    /** From now on all answers are for this reader, and nobody else asks. */
    public void ownedBy(AnswerReader reader) {
        owner = reader;
    }

    /** Sends what will be answered to the owner, or to who stands in line for it. When that fails the driver hears of it, and ends the session. */
    public void send(ByteBuf request) {
        ChannelHandlerContext own = Objects.requireNonNull(context);
        ChannelFuture ignored = own.writeAndFlush(request, own.voidPromise());
    }

    /** Reads nothing until {@link #resume}: the network holds the rest back. */
    private void pause() {
        paused = true;
        readsForDriver = false;
        holdBack();
    }

    private void holdBack() {
        Channel channel = Objects.requireNonNull(context).channel();
        readsForDriver |= channel.config().isAutoRead();
        channel.config().setAutoRead(false);
    }

    /** Thread-safe. */
    public boolean isPaused() {
        return paused;
    }

    /** Goes on with what is there already. Thread-safe. */
    public void resume() {
        if (!paused) {
            return;
        }
        ChannelHandlerContext own = Objects.requireNonNull(context);
        own.channel().eventLoop().execute(() -> {
            if (paused && !own.isRemoved()) {
                paused = false;
                // The driver may have asked for more meanwhile.
                readsForDriver |= own.channel().config().isAutoRead();
                own.channel().config().setAutoRead(readsForDriver);
                goOn(own);
            }
        });
    }

    private void goOn(ChannelHandlerContext own) {
        try {
            channelRead(own, Unpooled.EMPTY_BUFFER);
        } catch (Throwable e) {
            exceptionCaught(own, e);
        }
    }

    /** Something is being written: whether it is a request of ours. */
    private boolean isOurs(ByteBuf bytes) {
        for (Iterator<Request> requests = leaving.iterator(); requests.hasNext(); ) {
            Request request = requests.next();
            if (request.consistsOf(bytes)) {
                requests.remove();
                written.add(request);
                return true;
            }
        }
        return false;
    }

    /** The driver has written what the server will say to that it is ready. */
    private void driverAsked() {
        written.add(Request.OF_THE_DRIVER);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> toDriver) {
        int run = 0;
        int begin = in.readerIndex();
        while (!paused && in.writerIndex() - begin >= HEADER) {
            int length = in.getInt(begin + 1);
            if (length < Integer.BYTES) {
                throw new CorruptedFrameException("a message of %d bytes".formatted(length));
            }
            if (in.writerIndex() - begin <= length) {
                break;
            }
            byte type = in.getByte(begin);
            AnswerReader reader = reader();
            if (isForDriver(type, reader)) {
                run += 1 + length;
            } else if (run > 0) {
                // The driver is to get it first: what it learns of the transaction is older.
                break;
            } else if (type == 'S' || reader == null) {
                DriverClient.setting(driver, (ParameterStatus) BackendMessageDecoder.decode(in.readSlice(1 + length)));
            } else if (isPart(type) && !reader.takesMore()) {
                pause();
                if (reader.takesMore()) {
                    // It was asked for just now, and found nothing paused.
                    resume();
                }
                break;
            } else {
                hand(type, in, 1 + length, reader);
                in.readerIndex(begin + 1 + length);
            }
            if (type == 'Z') {
                status = statusIn(in, begin);
                written.poll();
            }
            begin += 1 + length;
        }
        if (run > 0) {
            toDriver.add(in.readRetainedSlice(run));
        }
    }

    /** Who reads the next answer; {@code null} when it is the driver's, or nobody has asked. */
    private @Nullable AnswerReader reader() {
        Request next = written.peek();
        return next == null ? owner : next.reader();
    }

    /**
     * Notifications are the driver's whenever they come: nobody asks for them. A changed setting is, too, but unless it comes within an
     * answer of the driver's it would stay in its queue for want of somebody who takes it, and in the end keep it from reading.
     */
    private boolean isForDriver(byte type, @Nullable AnswerReader reader) {
        return switch (type) {
            case 'A' -> true;
            case 'S' -> !written.isEmpty() && reader == null;
            default -> reader == null;
        };
    }

    /** What the message that the server is ready says of the transaction (manual, ReadyForQuery). */
    private static TransactionStatus statusIn(ByteBuf in, int begin) {
        return switch (in.getByte(begin + HEADER)) {
            case 'I' -> TransactionStatus.IDLE;
            case 'T' -> TransactionStatus.OPEN;
            case 'E' -> TransactionStatus.FAILED;
            default -> TransactionStatus.UNKNOWN;
        };
    }

    /** Whether it counts as one of what was asked for. */
    private static boolean isPart(byte type) {
        return type == 'D' || type == 'C';
    }

    private void hand(byte type, ByteBuf in, int length, AnswerReader to) {
        switch (type) {
            case 'D' -> to.row(in.skipBytes(HEADER));
            case 'C' -> to.completed(CommandTag.read(in.skipBytes(HEADER), length - HEADER));
            case '2',
                    '3',
                    'n',
                    't' -> {} // Bind or close is complete, no rows, types of parameters: nothing that is not known.
            case 'Z' -> {
                status = statusIn(in, in.readerIndex());
                DriverClient.transactionStatus(driver, status);
                to.ready();
            }
            default -> to.message(BackendMessageDecoder.decode(in.readSlice(length)));
        }
    }

    /** The one of the base class asks the network for more where nothing was handed on. */
    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
        if (paused) {
            // The driver may have asked for more meanwhile.
            holdBack();
            discardSomeReadBytes();
            ctx.fireChannelReadComplete();
        } else {
            super.channelReadComplete(ctx);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        trouble = cause;
        ctx.fireExceptionCaught(cause);
        if (cause instanceof DecoderException || cause instanceof Error) {
            // Where the next message begins is not known, or what its reader has made of the one before.
            ChannelFuture ignored = ctx.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        try {
            super.channelInactive(ctx);
        } finally {
            paused = false;
            over = true;
            loseAll(written);
            loseAll(leaving);
        }
    }

    private void loseAll(Queue<Request> requests) {
        for (Request request = requests.poll(); request != null; request = requests.poll()) {
            request.lost(closed());
        }
    }

    /** As the driver says it. */
    private R2dbcNonTransientResourceException closed() {
        return new R2dbcNonTransientResourceException(
                "Connection unexpectedly closed", CONNECTION_FAILURE, 0, (String) null, trouble);
    }
}
