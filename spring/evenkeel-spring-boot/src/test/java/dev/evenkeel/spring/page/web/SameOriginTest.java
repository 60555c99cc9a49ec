package dev.evenkeel.spring.page.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;

/** A request that changes something comes from the page, or from no browser. */
class SameOriginTest {

    @ParameterizedTest
    @CsvSource({
        "shop.example, https://shop.example, same-origin, true",
        "shop.example:443, https://shop.example, , true",
        "shop.example:80, http://SHOP.example, , true",
        "shop.example:8080, http://shop.example:8080, same-origin, true",
        "shop.example, , , true",
        "shop.example, https://evil.example, , false",
        "shop.example, https://shop.example.evil.example, , false",
        "shop.example:8080, http://shop.example:8081, , false",
        "shop.example, null, , false",
        "shop.example, '%', , false",
        "shop.example, https://shop.example, cross-site, false",
        "shop.example, https://shop.example, same-site, false",
        "shop.example, , none, false",
    })
    void onlyTheOriginThatItIsSentToIsHeard(String host, String origin, String site, boolean heard) {
        HttpHeaders headers = new HttpHeaders();
        headers.setContentType(MediaType.APPLICATION_JSON);
        headers.set("Evenkeel-Page", "cancel");
        headers.set("Host", host);
        if (origin != null) {
            headers.set("Origin", origin);
        }
        if (site != null) {
            headers.set("Sec-Fetch-Site", site);
        }

        assertThat(SameOrigin.refusal(headers) == null).isEqualTo(heard);
    }
}
