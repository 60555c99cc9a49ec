package dev.evenkeel.stage;

import reactor.core.publisher.Flux;

/** Takes a connection and leaves its release to the caller: for {@code getConnection} and the SPI. */
final class Lending implements Step {

    private final Leasing leasing;

    Lending(Leasing leasing) {
        this.leasing = leasing;
    }

    @Override
    public <T> Flux<T> apply(Call<T> call, Next next) {
        return leasing.acquire(call).flatMapMany(lease -> {
            Throwable objection = leasing.objection(call, lease);
            return objection == null
                    ? Flux.from(call.work().on(lease))
                    : lease.release().thenMany(Flux.error(objection));
        });
    }
}
