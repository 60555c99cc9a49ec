package dev.evenkeel.spring;

import static dev.evenkeel.spring.Polling.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.testkit.PostgresCluster;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.io.ClassPathResource;
import reactor.core.Disposable;

/** The page of an application that has left uPlot out. */
class PageWithoutChartsIT extends PageFixture {

    PageWithoutChartsIT(PostgresCluster cluster) {
        super(cluster);
    }

    @Override
    ConfigurableApplicationContext application(String... more) {
        Thread starter = Thread.currentThread();
        ClassLoader all = starter.getContextClassLoader();
        starter.setContextClassLoader(
                new FilteredClassLoader(new ClassPathResource("META-INF/resources/webjars/uplot/")));
        try {
            return super.application(more);
        } finally {
            starter.setContextClassLoader(all);
        }
    }

    @Test
    void itSaysWhatIsMissing_andShowsAllElse() {
        Disposable traffic = traffic();
        try (Browser browser = Browser.of("rita", port, PAGE)) {
            await("it is live", () -> browser.text("#connection-word").equals("live"));
            await("what is missing", () -> browser.find("#charts-note").isDisplayed());
            assertThat(browser.text("#charts-note")).contains("org.webjars.npm:uplot", "figures, but no lines");

            String rate = "figure:nth-child(1) .legend strong";
            await("figures", () -> !browser.text(rate).isEmpty() && Double.parseDouble(browser.text(rate)) > 5);
            await("all is well", () -> browser.text("#verdict").startsWith("All is well"));
            assertThat(browser.script("return document.querySelectorAll('article.card').length"))
                    .isEqualTo(3L);
            assertThat(browser.script("return document.querySelectorAll('canvas').length"))
                    .isEqualTo(0L);
            browser.shoot("without-charts");
        } finally {
            traffic.dispose();
        }
    }
}
