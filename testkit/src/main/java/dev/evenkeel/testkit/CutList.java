package dev.evenkeel.testkit;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** The armed cuts of a proxy, first armed first served; thread-safe. */
final class CutList {

    private final List<Cut> cuts = new CopyOnWriteArrayList<>();

    Cut arm(CutPoint point, CutAction action) {
        Cut cut = new Cut(point, action);
        cuts.add(cut);
        return cut;
    }

    boolean isAnyArmed() {
        return cuts.stream().anyMatch(Cut::isArmed);
    }

    @Nullable
    Cut claim() {
        for (Cut cut : cuts) {
            if (cut.claim()) {
                return cut;
            }
        }
        return null;
    }

    void disarmAll() {
        cuts.forEach(Cut::disarm);
        cuts.clear();
    }
}
