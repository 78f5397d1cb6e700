package dev.mangru.autoscaler.playground.api;

import dev.mangru.autoscaler.playground.store.KubeApiException;
import java.io.IOException;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/// "May I?" and "who am I?": everyone who reaches the playground may do everything.
final class Reviews {

  private static final String ACCESS = "selfsubjectaccessreviews";
  private static final String SUBJECT = "selfsubjectreviews";

  private Reviews() {}

  static boolean serves(String group, String version, List<String> segments) {
    return version.equals("v1")
        && segments.size() == 1
        && ((group.equals("authorization.k8s.io") && segments.getFirst().equals(ACCESS))
            || (group.equals("authentication.k8s.io") && segments.getFirst().equals(SUBJECT)));
  }

  static void serve(ApiExchange exchange, List<String> segments) throws IOException {
    if (!exchange.method().equals("POST")) {
      throw KubeApiException.methodNotAllowed("a review is created, with POST");
    }
    ObjectNode review = JsonBodies.object(exchange.body(), exchange.header("Content-Type"));
    ObjectNode status = review.putObject("status");
    if (segments.getFirst().equals(ACCESS)) {
      status.put("allowed", true).put("reason", "the playground allows everything");
    } else {
      ObjectNode user = status.putObject("userInfo");
      user.put("username", "playground");
      user.putArray("groups").add("system:masters");
    }
    exchange.answer(201, review);
  }
}
