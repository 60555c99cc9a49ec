package dev.evenkeel.examples.orders;

/**
 * How many rows a list may have.
 *
 * @param rows 1 to {@value #MOST}; anything else is a bad request
 */
record Limit(int rows) {

    static final int MOST = 100;

    Limit {
        if (rows < 1 || rows > MOST) {
            throw new IllegalArgumentException("limit must be 1 to " + MOST);
        }
    }

    /** Spring finds it by its name and turns the request parameter with it. */
    public static Limit valueOf(String text) {
        return new Limit(Integer.parseInt(text));
    }
}
