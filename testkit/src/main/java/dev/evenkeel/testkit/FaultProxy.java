package dev.evenkeel.testkit;

/** Placeholder: forwards nothing yet, it only names the address it stands for. */
public final class FaultProxy implements AutoCloseable {

    private final int port;

    private FaultProxy(int port) {
        this.port = port;
    }

    public static FaultProxy to(String host, int port) {
        return new FaultProxy(port);
    }

    public int port() {
        return port;
    }

    @Override
    public void close() {}
}
