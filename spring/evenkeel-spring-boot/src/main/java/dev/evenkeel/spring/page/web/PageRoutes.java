package dev.evenkeel.spring.page.web;

import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** Which path leads where. */
record PageRoutes(PageFiles files, StreamHandler stream, CancelHandler cancel) {

    /** Below the path of the endpoints, which may be empty. */
    RouterFunction<ServerResponse> below(String basePath) {
        String page = basePath + "/evenkeel-live";
        return RouterFunctions.route()
                .GET(page, request -> file(request, PageFiles.INDEX))
                .GET(page + "/stream", stream::stream)
                .GET(page + "/me", cancel::me)
                .POST(page + "/cancel", cancel::cancel)
                .GET(page + "/{file}", request -> file(request, request.pathVariable("file")))
                .filter(new SafeHeaders())
                .build();
    }

    private Mono<ServerResponse> file(ServerRequest request, String name) {
        PageFiles.PageFile file = files.get(name);
        if (file == null) {
            return ServerResponse.notFound().build();
        }
        return request.checkNotModified(file.tag())
                .switchIfEmpty(Mono.defer(() -> ServerResponse.ok()
                        .contentType(file.type())
                        .header("Cache-Control", "no-cache")
                        .eTag(file.tag())
                        .bodyValue(file.content())));
    }
}
