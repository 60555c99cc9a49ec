package dev.evenkeel.spring;

import static dev.evenkeel.spring.Polling.PATIENCE;
import static dev.evenkeel.spring.Polling.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.spring.page.LiveFeed;
import dev.evenkeel.testkit.FaultProxy;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.PostgresNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;
import org.springframework.core.io.ClassPathResource;
import reactor.core.Disposable;

/** The page as an operator sees it, in a browser, while things happen to the servers. */
class PageBrowserIT extends PageFixture {

    private Disposable traffic;
    private Browser browser;

    PageBrowserIT(PostgresCluster cluster) {
        super(cluster);
    }

    @BeforeAll
    void look() {
        browser = Browser.of("olga", port, PAGE);
        traffic = traffic();
        await("it is live", () -> browser.text("#connection-word").equals("live"));
    }

    /** What a test before has stopped is on the page until it looks again. */
    @BeforeEach
    void nothingSleeps() {
        await("an empty table", () -> !browser.text("#running").contains("pg_sleep"));
    }

    @AfterAll
    void turnAway() {
        if (traffic != null) {
            traffic.dispose();
        }
        if (browser != null) {
            browser.close();
        }
    }

    private long points() {
        return Long.parseLong(
                String.valueOf(browser.script("return Number(document.querySelector('.plot')?.dataset.points ?? 0)")));
    }

    @Test
    void chartsMoveAndHaveAlternativesInWords() {
        await("points", () -> points() > 2);
        long before = points();
        await("more points", () -> points() > before);

        assertThat(browser.script("return document.querySelectorAll('figure canvas').length"))
                .isEqualTo(5L);
        await(
                "statements are counted",
                () -> Double.parseDouble(browser.text("figure:nth-child(1) .legend strong")) > 5);
        assertThat(browser.find("figure:nth-child(2) .plot").getDomAttribute("aria-label"))
                .matches("Response time: p50 .* ms now, between .*; p99 .*");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void aReplicaThatIsGoneSaysWhy_andComesBack() {
        PostgresNode replica = cluster.replicas().get(1);
        String card = "article[data-key='%s']".formatted(name(replica));
        await("it is up", () -> browser.text(card + " .word").equals("up"));

        cluster.kill(replica);
        await("its card turns", () -> browser.text(card + " .word").equals("down"));
        assertThat(browser.text(card + " .why")).startsWith("Does not answer: ");
        assertThat(browser.text("#verdict")).contains(name(replica) + " does not answer");
        await("the log has it", () -> browser.text("#events").contains(name(replica) + " does not answer"));
        browser.shoot("replica-down");

        cluster.restart(replica);
        await("its card turns back", () -> browser.text(card + " .word").equals("up"));
        await("all is well", () -> browser.text("#verdict").startsWith("All is well"));
        awaitServed(replica);
    }

    @Test
    void aReplicaThatHangsSaysWhy_andComesBack_andTheAlertIsInTheLog() {
        PostgresNode replica = cluster.replicas().get(0);
        String card = "article[data-key='%s']".formatted(name(replica));
        await("it is up", () -> browser.text(card + " .word").equals("up"));
        CompletableFuture<String> sleeper = sleeper();

        cluster.hang(replica);
        try {
            await("its card turns", () -> browser.text(card + " .word").equals("down"));
            assertThat(browser.text(card + " .why")).startsWith("Does not answer: ");
            assertThat(browser.text("#verdict")).contains(name(replica) + " does not answer");
            await("the alert", () -> browser.text("#events").contains("Alert node-down: " + name(replica)));
            await("what runs elsewhere", () -> browser.text("#running").contains("pg_sleep"));
            browser.shoot("replica-hung");
        } finally {
            cluster.resume(replica);
        }

        await("its card turns back", () -> browser.text(card + " .word").equals("up"));
        await(
                "the alert is over",
                () -> browser.text("#events").contains("The alert node-down of %s is over.".formatted(name(replica))));
        await("all is well", () -> browser.text("#verdict").startsWith("All is well"));
        stopSleepers();
        assertThat(sleeper).succeedsWithin(PATIENCE).isEqualTo("57014");
        awaitServed(replica);
    }

    @Test
    void anOperatorCancelsWithTheKeyboardInTwoSteps() {
        CompletableFuture<String> sleeper = sleeper();
        String button = "#running button.cancel:enabled";
        await("it is shown", () -> browser.text("#running").contains("pg_sleep"));
        assertThat(browser.text("#running")).doesNotContain(SECRET);
        browser.script("[...document.querySelectorAll('#running tr')].find(row => row.textContent.includes('pg_sleep'))"
                + ".querySelector('" + button + "').focus()");

        browser.press(Keys.ENTER);
        browser.press(Keys.ENTER);
        assertThat(sleeping()).as("Enter twice keeps it").isEqualTo(1);
        browser.press(Keys.ENTER);
        browser.pressBack();
        browser.shoot("confirm");
        browser.press(Keys.ENTER);

        await("it answers", () -> !browser.text("#cancel-result").isEmpty());
        assertThat(browser.text("#cancel-result")).startsWith("The server was told to stop process");
        await("it says so", () -> browser.text("#cancel-result").startsWith("The server was told to stop process"));
        assertThat(sleeper).succeedsWithin(PATIENCE).isEqualTo("57014");
        await("the log has it", () -> browser.text("#events").contains("olga did cancel"));
        assertThat(audit).anySatisfy(entry -> assertThat(entry.by()).isEqualTo("olga"));
    }

    @Test
    void whoHasNotTheRoleSeesWhyTheButtonIsOff() {
        CompletableFuture<String> sleeper = sleeper();
        try (Browser other = Browser.of("rita", port, PAGE)) {
            await("it is shown", () -> other.text("#running").contains("pg_sleep"));
            await("why", () -> other.text("#cancel-note").contains("it takes the role EVENKEEL_OPERATOR"));
            assertThat(other.script("return document.querySelectorAll('button.cancel:enabled').length"))
                    .isEqualTo(0L);
        }
        assertThat(sleeping()).isEqualTo(1);
        stopSleepers();
        assertThat(sleeper).succeedsWithin(PATIENCE).isEqualTo("57014");
    }

    private void stopSleepers() {
        cluster.primary()
                .queryOne("select count(pg_cancel_backend(pid)) from pg_stat_activity where query like '%pg_sleep(60%'"
                        + " and pid <> pg_backend_pid()");
    }

    @Test
    void aCutStreamIsToldAndComesBackByItself() {
        LiveFeed feed = context.getBean(LiveFeed.class);
        feed.stop();
        await("the banner", () -> browser.find("#banner").isDisplayed());
        assertThat(browser.text("#banner")).contains("is lost", "Trying again");
        assertThat(browser.text("#connection-word")).isEqualTo("connection lost");
        browser.shoot("lost");

        feed.start();
        await("it is live", () -> browser.text("#connection-word").equals("live"));
        assertThat(browser.find("#banner").isDisplayed()).isFalse();
        long before = points();
        await("points again", () -> points() > before || points() == 300);
        browser.complaints();
    }

    /** No byte comes, and nobody closes anything: neither the browser nor the server notices for minutes. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aSilentNetworkIsTold_andThePageComesBack(boolean lossy) {
        try (FaultProxy network = FaultProxy.to("localhost", port);
                Browser far = Browser.of("rita", network.port(), PAGE)) {
            await("it is live", () -> far.text("#connection-word").equals("live"));

            if (lossy) {
                network.blackhole();
            } else {
                network.freeze();
            }
            await("the banner", () -> far.find("#banner").isDisplayed());
            assertThat(far.text("#banner")).contains("is lost", "These figures are of", "Trying again");
            assertThat(far.text("#connection-word")).isEqualTo("connection lost");

            network.heal();
            await("it is live again", () -> far.text("#connection-word").equals("live"));
            assertThat(far.find("#banner").isDisplayed()).isFalse();
        }
    }

    @Test
    void aPageThatNeverHearsAnythingSaysSo() {
        try (Browser deaf = Browser.of("rita", port, PAGE)) {
            deaf.reloadAfter("window.EventSource = class { close() {} };");

            await("the banner", () -> deaf.find("#banner").isDisplayed());
            assertThat(deaf.text("#banner")).contains("is lost").doesNotContain("These figures");
        }
    }

    @Test
    void hostileStatementsAreText() {
        CompletableFuture<String> hostile = db.query("select pg_sleep(60) as \"<img src=x onerror=document.title=1>\"")
                .one(row -> "finished")
                .onErrorReturn("stopped")
                .toFuture();
        await("it is shown", () -> browser.text("#running").contains("<img src=x"));

        assertThat(browser.script("return document.images.length")).isEqualTo(0L);
        stopSleepers();
        assertThat(hostile).succeedsWithin(PATIENCE);
    }

    @ParameterizedTest
    @CsvSource({"1280, false", "1280, true", "360, false", "360, true"})
    void thePageIsAccessibleAndFits(int width, boolean dark) throws IOException {
        CompletableFuture<String> sleeper = sleeper();
        browser.size(width, dark);
        await(
                "there is something to look at",
                () -> points() > 5 && browser.text("#running").contains("pg_sleep"));
        browser.shoot("page-%d-%s".formatted(width, dark ? "dark" : "light"));

        assertThat(browser.script("return document.documentElement.scrollWidth"))
                .as("nothing is wider than the screen")
                .isEqualTo((long) width);
        browser.script(new ClassPathResource("axe.min.js").getContentAsString(StandardCharsets.UTF_8));
        assertThat((List<?>) browser.asynchronously("""
                        const done = arguments[arguments.length - 1];
                        axe.run(document).then(
                            ({violations}) => done(violations.filter(({impact}) => impact !== 'minor')
                                .map(({id, impact, nodes}) => `${impact} ${id}: ${nodes.map(({html}) => html).join(' ')}`)),
                            (error) => done([String(error)]));
                        """)).isEqualTo(List.of());
        browser.size(1280, false);
        stopSleepers();
        assertThat(sleeper).succeedsWithin(PATIENCE);
    }
}
