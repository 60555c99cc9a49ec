package dev.evenkeel.examples.orders;

import java.math.BigDecimal;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** What a shop begins with: the same on every machine, because all of it is drawn from one fixed seed. Pure. */
final class SampleData {

    static final int CUSTOMERS = 20_000;
    static final int ORDERS = 100_000;

    private static final long SEED = 20_261_123L;
    private static final int DEAREST_CENTS = 50_000;
    private static final int FULLEST_SHELF = 500;

    private static final String[] MATERIALS = words("Amber Ash Brass Bronze Canvas Cedar Copper Cork Cotton Elm Flax"
            + " Hemp Iron Ivory Jute Larch Leather Linen Oak Pine Silver Steel Teak Tin Walnut");
    private static final String[] THINGS = words("Anchor Barrel Bell Binnacle Block Bollard Bucket Buoy Capstan Chest"
            + " Cleat Compass Davit Fender Figurehead Flag Gaff Grommet Halyard Hammock Hatch Hawser Kettle Lantern"
            + " Logbook Marlinspike Oar Paddle Pennant Porthole Pulley Rowlock Rudder Sail Sextant Shackle Spyglass"
            + " Tiller Toggle Winch");
    private static final String[] GIVEN_NAMES = words(
            "Ada Bo Cleo Dara Elin Finn Greta Hugo Ines Jarl Kaya Levi Mina" + " Nils Odile Pia Quinn Runa Siv Tove");
    private static final String[] FAMILY_NAMES = words("Achterberg Bowline Calder Drake Eddystone Fairwind Gale Harbour"
            + " Isley Jetty Keel Leeward Mariner Northcott Offing Portman Quayle Reefer Seaton Tidewell");

    static final int PRODUCTS = MATERIALS.length * THINGS.length;

    private SampleData() {}

    private static String[] words(String all) {
        return all.split(" ");
    }

    static String[] productNames() {
        return names(MATERIALS, THINGS, PRODUCTS);
    }

    static String[] customerNames() {
        return names(GIVEN_NAMES, FAMILY_NAMES, CUSTOMERS);
    }

    private static String[] names(String[] first, String[] second, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> first[i % first.length] + " " + second[i / first.length % second.length])
                .toArray(String[]::new);
    }

    static BigDecimal[] prices() {
        return new SplittableRandom(SEED)
                .ints(PRODUCTS, 100, DEAREST_CENTS)
                .mapToObj(cents -> BigDecimal.valueOf(cents, 2))
                .toArray(BigDecimal[]::new);
    }

    static Integer[] stock() {
        return new SplittableRandom(SEED)
                .ints(PRODUCTS, FULLEST_SHELF / 2, FULLEST_SHELF + 1)
                .boxed()
                .toArray(Integer[]::new);
    }

    /** Orders {@code first} to {@code last}, the same whatever batch they are asked for in. */
    static SampleOrders orders(int first, int last) {
        SampleOrders orders = new SampleOrders();
        for (int id = first; id <= last; id++) {
            draw(id, new SplittableRandom(SEED + id), orders);
        }
        return orders;
    }

    /** Some products sell much better than others, as in any shop. */
    private static void draw(int id, SplittableRandom random, SampleOrders into) {
        into.order(id, 1 + random.nextInt(CUSTOMERS));
        int lines = 1 + random.nextInt(3);
        int product = (int) (random.nextDouble() * random.nextDouble() * PRODUCTS);
        for (int line = 0; line < lines; line++) {
            into.line(id, 1 + (product + line * 7) % PRODUCTS, 1 + random.nextInt(5));
        }
    }
}
