package dev.mangru.autoscaler.playground.api;

import dev.mangru.autoscaler.playground.store.KubeApiException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// `/log`: what a container has written. Thread-safe.
final class LogRoutes {

  private static final String TEXT = "text/plain";
  private static final int BATCH = 1000;
  private static final long LOOK_EVERY_MILLIS = 200;

  /// Followers at a time; more are told 429. A quiet log cannot tell that its reader has gone.
  /// Chosen.
  static final int MAX_FOLLOWERS = 500;

  /// A follower that has heard nothing for so long is let go (a kubelet's
  /// `--streaming-connection-idle-timeout`).
  private static final Duration MOST_IDLE = Duration.ofHours(4);

  private final Semaphore followers = new Semaphore(MAX_FOLLOWERS);

  private final Registry registry;
  private final PodLogs logs;
  private final InstantSource clock;
  private final CountDownLatch closing;

  LogRoutes(Registry registry, PodLogs logs, InstantSource clock, CountDownLatch closing) {
    this.registry = registry;
    this.logs = logs;
    this.clock = clock;
    this.closing = closing;
  }

  /// What is asked for.
  ///
  /// @param tail lines from the end; -1 for all
  /// @param limitBytes of the answer
  private record Request(
      String namespace,
      String pod,
      String container,
      long tail,
      @Nullable Instant since,
      boolean timestamps,
      long limitBytes) {

    /// The line as it is sent; null if it is too old.
    byte @Nullable [] text(PodLogs.Line line) {
      if (since != null && line.time().isBefore(since)) {
        return null;
      }
      String text = timestamps ? line.time() + " " + line.text() : line.text();
      return (text + "\n").getBytes(StandardCharsets.UTF_8);
    }
  }

  void serve(ResourcePath path, ApiExchange exchange) throws IOException {
    ObjectNode pod = registry.get(path.type(), path.namespace(), path.name());
    Request request =
        new Request(
            path.namespace(),
            path.name(),
            container(pod, exchange.parameter("container")),
            exchange.parameter("tailLines").isEmpty() ? -1 : exchange.number("tailLines", 0),
            since(exchange),
            exchange.flag("timestamps"),
            exchange.number("limitBytes", Long.MAX_VALUE));
    if (exchange.flag("previous")) {
      throw KubeApiException.badRequest(
          restarts(pod, request.container()) > 0
              ? "the playground keeps one log over all runs of container \"%s\" in pod \"%s\"; read it without --previous"
                  .formatted(request.container(), request.pod())
              : "previous terminated container \"%s\" in pod \"%s\" not found"
                  .formatted(request.container(), request.pod()));
    }
    if (exchange.flag("follow")) {
      if (!followers.tryAcquire()) {
        throw KubeApiException.tooManyRequests(
            MAX_FOLLOWERS + " logs are followed already; close some", 1, List.of());
      }
      try {
        follow(request, exchange);
      } finally {
        followers.release();
      }
    } else {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      copy(request, all);
      exchange.answer(200, TEXT, all.toByteArray());
    }
  }

  private static int restarts(ObjectNode pod, String container) {
    for (JsonNode status : pod.path("status").path("containerStatuses")) {
      if (status.path("name").asString("").equals(container)) {
        return status.path("restartCount").asInt(0);
      }
    }
    return 0;
  }

  private static String container(ObjectNode pod, String asked) {
    List<String> names = new ArrayList<>();
    for (String list : List.of("containers", "initContainers")) {
      for (JsonNode container : pod.path("spec").path(list)) {
        names.add(container.path("name").asString(""));
      }
    }
    String name = pod.path("metadata").path("name").asString("");
    if (asked.isEmpty()) {
      if (pod.path("spec").path("containers").size() > 1) {
        throw KubeApiException.badRequest(
            "a container name must be specified for pod %s, choose one of: %s"
                .formatted(name, names));
      }
      return names.isEmpty() ? "" : names.getFirst();
    }
    if (!names.contains(asked)) {
      throw KubeApiException.badRequest(
          "container %s is not valid for pod %s".formatted(asked, name));
    }
    return asked;
  }

  private @Nullable Instant since(ApiExchange exchange) {
    String time = exchange.parameter("sinceTime");
    if (!time.isEmpty()) {
      try {
        return OffsetDateTime.parse(time).toInstant();
      } catch (DateTimeParseException e) {
        throw KubeApiException.badRequest(
            "sinceTime must be an RFC 3339 time, found \"" + time + "\"");
      }
    }
    return exchange.parameter("sinceSeconds").isEmpty()
        ? null
        : clock.instant().minusSeconds(exchange.number("sinceSeconds", 0));
  }

  /// Writes what there is; returns the sequence of the last line.
  private long copy(Request request, OutputStream out) throws IOException {
    Deque<byte[]> tail = new ArrayDeque<>();
    long after = 0;
    long left = request.limitBytes();
    while (true) {
      List<PodLogs.Line> lines =
          logs.lines(request.namespace(), request.pod(), request.container(), after, BATCH);
      for (PodLogs.Line line : lines) {
        after = line.sequence();
        byte[] text = request.text(line);
        if (text == null) {
          continue;
        }
        if (request.tail() < 0) {
          left = write(out, text, left);
        } else if (request.tail() > 0) {
          tail.add(text);
          if (tail.size() > request.tail()) {
            tail.removeFirst();
          }
        }
      }
      if (lines.size() < BATCH) {
        break;
      }
    }
    for (byte[] text : tail) {
      left = write(out, text, left);
    }
    return after;
  }

  private static long write(OutputStream out, byte[] text, long left) throws IOException {
    int length = (int) Math.min(text.length, left);
    out.write(text, 0, length);
    return left - length;
  }

  private void follow(Request request, ApiExchange exchange) throws IOException {
    try (OutputStream out = exchange.stream(TEXT)) {
      long after = copy(request, out);
      out.flush();
      boolean last = false;
      Instant heard = clock.instant();
      while (!last
          && clock.instant().isBefore(heard.plus(MOST_IDLE))
          && !closing.await(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
        // Asked before the lines: nothing that was written before the end is missed.
        last = !logs.writing(request.namespace(), request.pod(), request.container());
        for (PodLogs.Line line :
            logs.lines(request.namespace(), request.pod(), request.container(), after, BATCH)) {
          after = line.sequence();
          byte[] text = request.text(line);
          if (text != null) {
            out.write(text);
            heard = clock.instant();
            last = false;
          }
        }
        out.flush();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
