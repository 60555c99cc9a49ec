package dev.evenkeel.examples.orders;

import java.net.URI;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;

/** Why an order was not taken; Spring answers with its problem document. Ends the transaction, so nothing is kept. */
final class OrderRefused extends ErrorResponseException {

    private static final long serialVersionUID = 1L;

    private OrderRefused(HttpStatus status, ProblemDetail problem) {
        super(status, problem, null);
    }

    static OrderRefused invalid(String reason) {
        HttpStatus status = HttpStatus.BAD_REQUEST;
        return new OrderRefused(status, problem(status, "invalid-order", reason));
    }

    static OrderRefused unknown(String what, int id) {
        HttpStatus status = HttpStatus.UNPROCESSABLE_CONTENT;
        return new OrderRefused(status, problem(status, "unknown-" + what, "There is no %s %d".formatted(what, id)));
    }

    static OrderRefused outOfStock(int productId, String name, int wanted, int left) {
        HttpStatus status = HttpStatus.CONFLICT;
        ProblemDetail problem = problem(status, "out-of-stock", "%s: %d wanted, %d left".formatted(name, wanted, left));
        problem.setProperty("productId", productId);
        problem.setProperty("product", name);
        problem.setProperty("left", left);
        return new OrderRefused(status, problem);
    }

    private static ProblemDetail problem(HttpStatus status, String type, String detail) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, detail);
        problem.setType(URI.create("urn:shop:" + type));
        return problem;
    }
}
