package dev.evenkeel.examples.orders;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** Tells whoever started the shop where it is and what to try. */
@Component
class OpeningNotice {

    private static final Logger log = LoggerFactory.getLogger(OpeningNotice.class);

    @EventListener
    void announce(ApplicationReadyEvent opened) {
        String port = opened.getApplicationContext().getEnvironment().getProperty("local.server.port");
        log.info(
                "The shop is open: try  curl -i http://localhost:{}/products?search=lantern  or see / for the rest",
                port);
    }
}
