package dev.evenkeel.testkit;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelException;
import io.netty.channel.socket.SocketChannel;

/** What a proxy does to its sockets without waiting: a failure shows as the end of the channel, which is heard anyway. */
@SuppressWarnings("FutureReturnValueIgnored")
final class ProxiedSocket {

    private ProxiedSocket() {}

    static void write(SocketChannel socket, ByteBuf bytes) {
        socket.write(bytes);
    }

    static void halfClose(SocketChannel socket) {
        socket.shutdownOutput();
    }

    static void close(SocketChannel socket) {
        socket.close();
    }

    static void reset(SocketChannel socket) {
        try {
            socket.config().setSoLinger(0);
        } catch (ChannelException gone) {
            // The peer was faster: there is nothing left to reset.
        }
        socket.close();
    }
}
