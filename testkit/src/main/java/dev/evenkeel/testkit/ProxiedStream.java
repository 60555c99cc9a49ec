package dev.evenkeel.testkit;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;

/** One direction of a proxied connection: what arrives on one socket goes to the outlet of the other. */
final class ProxiedStream extends ChannelInboundHandlerAdapter implements FrameSink {

    private final ProxiedConnection connection;
    private final Direction direction;
    private final SocketChannel in;
    private final FaultPlan plan;
    private final ProxiedTraffic traffic;
    private final CutWatch watch;
    private final ProxiedOutlet outlet;
    private final FrameReader reader;
    private boolean finished;
    private boolean broken;

    ProxiedStream(
            ProxiedConnection connection,
            Direction direction,
            SocketChannel in,
            SocketChannel out,
            FaultPlan plan,
            ProxiedTraffic traffic,
            FrameHandshake handshake,
            CutWatch watch) {
        this.connection = connection;
        this.direction = direction;
        this.in = in;
        this.plan = plan;
        this.traffic = traffic;
        this.watch = watch;
        this.reader = new FrameReader(direction, handshake, this);
        this.outlet = new ProxiedOutlet(connection, out, plan, direction, this::adjustReading);
    }

    ProxiedOutlet outlet() {
        return outlet;
    }

    /** Not reading is what makes the sender's window fill up. */
    void adjustReading() {
        in.config().setAutoRead(!plan.isFrozen() && !outlet.isFull());
    }

    void close() {
        reader.close();
        outlet.close();
    }

    @Override
    public int frame(char type, ByteBuf body, int length) {
        traffic.messages().arrived(direction, type);
        return direction == Direction.TO_SERVER
                ? watch.toServer(type, body, length)
                : watch.toClient(type, body, length);
    }

    @Override
    public void bytes(ByteBuf bytes) {
        outlet.add(ProxiedPart.bytes(bytes));
    }

    @Override
    public void cut() {
        outlet.add(watch.partAtCut(connection::cut));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        traffic.bytes(direction, bytes.readableBytes(), connection.turns(direction));
        if (connection.isForgotten()) {
            bytes.release();
            connection.reset();
        } else {
            reader.read(bytes);
        }
        // A listener may have closed the connection while the reader was at work.
        if (connection.isClosed()) {
            reader.close();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        outlet.pump();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        connection.opposite(direction).adjustReading();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent && !finished && !broken) {
            finished = true;
            end(false);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        broken();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        broken();
    }

    private void broken() {
        if (!broken) {
            broken = true;
            end(true);
        }
    }

    private void end(boolean byReset) {
        reader.finish();
        if (direction == Direction.TO_SERVER) {
            watch.openGate();
        }
        outlet.add(ProxiedPart.action(() -> connection.ended(direction, byReset)));
        outlet.pump();
    }
}
