package dev.evenkeel.spring.page.web;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** JSON as the page's scripts expect it, however the application has set up its own. */
final class PageJson {

    private final JsonMapper mapper = JsonMapper.builder().build();

    String write(Object value) {
        return mapper.writeValueAsString(value);
    }

    /** The text of this field; {@code null} if there is none, or no JSON. */
    @Nullable
    String text(String body, String field) {
        try {
            JsonNode node = mapper.readTree(body).path(field);
            return node.isString() ? node.stringValue() : null;
        } catch (JacksonException e) {
            return null;
        }
    }
}
