package dev.evenkeel;

import java.io.Closeable;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/** A name server that gives one address for every name, or no answer at all. */
final class ScriptedNames implements Closeable {

    private static final int PORT = 53;
    private static final int HEADER = 12;
    private static final short ADDRESS = 1;

    private final DatagramSocket socket;
    private final AtomicInteger asked = new AtomicInteger();
    private volatile String address;

    ScriptedNames(String address) throws IOException {
        this.address = address;
        this.socket = new DatagramSocket(PORT, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(this::serve, "names");
        thread.setDaemon(true);
        thread.start();
    }

    /** From now on every name leads there. */
    void leadTo(String other) {
        address = other;
    }

    void fallSilent() {
        address = "";
    }

    int asked() {
        return asked.get();
    }

    private void serve() {
        byte[] bytes = new byte[512];
        while (!socket.isClosed()) {
            DatagramPacket question = new DatagramPacket(bytes, bytes.length);
            try {
                socket.receive(question);
                asked.incrementAndGet();
                if (!address.isEmpty()) {
                    byte[] answer = answer(bytes);
                    socket.send(new DatagramPacket(answer, answer.length, question.getSocketAddress()));
                }
            } catch (IOException closed) {
                return;
            }
        }
    }

    /** RFC 1035: the header and the question as they came, then one record of a time to live of 30 s. */
    private byte[] answer(byte[] bytes) throws IOException {
        ByteBuffer question = ByteBuffer.wrap(bytes);
        int end = HEADER;
        while (question.get(end) != 0) {
            end += question.get(end) + 1;
        }
        short type = question.getShort(end + 1);
        int length = end + 5;
        ByteBuffer answer = ByteBuffer.allocate(512);
        answer.put(bytes, 0, length);
        answer.putShort(2, (short) 0x8580);
        answer.putShort(6, type == ADDRESS ? (short) 1 : 0);
        answer.putInt(8, 0);
        if (type == ADDRESS) {
            answer.putShort((short) (0xc000 | HEADER))
                    .putShort(ADDRESS)
                    .putShort((short) 1)
                    .putInt(30);
            answer.putShort((short) 4).put(InetAddress.getByName(address).getAddress());
        }
        return Arrays.copyOf(answer.array(), answer.position());
    }

    @Override
    public void close() {
        socket.close();
    }
}
