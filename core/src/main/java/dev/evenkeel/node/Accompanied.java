package dev.evenkeel.node;

/** The exchange of a statement that is sent together with another one, whose exchange counts for both. */
enum Accompanied implements Exchanges {
    INSTANCE;

    @Override
    public void begin(Kind kind) {}

    @Override
    public void answered(Kind kind) {}

    @Override
    public void failed(Kind kind, Throwable error) {}

    @Override
    public void cancelled() {}

    @Override
    public void handOver() {}

    @Override
    public void handedOver() {}
}
