package dev.mangru.autoscaler.playground.sim.node;

import dev.mangru.autoscaler.playground.sim.traffic.PodLoad;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What containers say: JSON lines with a level. Of the requests a few each second are written,
/// those that went wrong first, as a service with a sampling logger does.
final class WorkLines {

  /// Per container and second.
  private static final int MOST_BAD = 3;

  private static final int MOST_GOOD = 2;
  private static final List<String> PATHS =
      List.of("/", "/products", "/products/1042", "/cart", "/search", "/checkout");
  private static final double MILLIS = 1000;
  private static final long HALF_SECOND = 500_000_000L;

  private static ObjectNode line(String level, String message) {
    return JsonNodeFactory.instance.objectNode().put("level", level).put("msg", message);
  }

  void started(PodRun run, ContainerRun container, Instant now) {
    ObjectNode line = line("info", "starting").put("container", container.name());
    line.put("pod", run.name()).put("node", run.node());
    container.log().write(now, false, line.toString());
  }

  void stopping(ContainerRun container, Instant now) {
    container.log().write(now, false, line("info", "received SIGTERM, draining").toString());
  }

  void crashed(ContainerRun container, String message, Instant now) {
    container.log().write(now, true, line("fatal", message).toString());
  }

  /// Lines of one step.
  void working(PodRun run, ContainerRun container, Instant now, long tick, double seconds) {
    double every = run.spec().logEverySeconds();
    if (every > 0) {
      double age = Duration.between(container.started(), now).toMillis() / MILLIS;
      if (Math.floor(age / every) > Math.floor((age - seconds) / every)) {
        container
            .log()
            .write(now, false, line("info", "alive").put("uptime_seconds", (long) age).toString());
      }
    }
    PodLoad load = container.load();
    if (load != null) {
      requests(container, load, now, tick);
    }
  }

  private void requests(ContainerRun container, PodLoad load, Instant now, long tick) {
    PodLoad.Tick done = load.last();
    int bad = (int) Math.min(MOST_BAD, done.bad());
    long nanos = HALF_SECOND;
    for (int i = 0; i < bad; i++) {
      int code = i < done.refused() ? 503 : done.gaveUp() > 0 ? 504 : 500;
      double seconds =
          code == 503 ? 0.001 : code == 504 ? load.spec().timeoutSeconds() : done.meanSeconds();
      ObjectNode line = request(code == 500 ? "error" : "warn", container, tick, i, code, seconds);
      line.put("error", reason(code));
      if (i == 0) {
        line.put("bad_requests_this_second", done.bad());
      }
      container.log().write(now.minusNanos(nanos), code == 500, line.toString());
      nanos -= HALF_SECOND / (MOST_BAD + MOST_GOOD + 1);
    }
    int good = (int) Math.min(MOST_GOOD, done.served() - done.failed());
    for (int i = 0; i < good; i++) {
      double factor = 0.6 + 0.8 * ((tick * 7 + i * 3L) % 10) / 10.0;
      ObjectNode line = request("info", container, tick, bad + i, 200, done.meanSeconds() * factor);
      container.log().write(now.minusNanos(nanos), false, line.toString());
      nanos -= HALF_SECOND / (MOST_BAD + MOST_GOOD + 1);
    }
  }

  private static String reason(int code) {
    return switch (code) {
      case 503 -> "queue is full";
      case 504 -> "timed out waiting in queue";
      default -> "internal error";
    };
  }

  private static ObjectNode request(
      String level, ContainerRun container, long tick, int index, int code, double seconds) {
    int which = Math.floorMod(tick * 31 + index * 17L + container.id().hashCode(), PATHS.size());
    String path = PATHS.get(which);
    String method = path.equals("/checkout") ? "POST" : "GET";
    return line(level, method + " " + path + " " + code)
        .put("method", method)
        .put("path", path)
        .put("status", code)
        .put("duration_ms", Math.rint(seconds * MILLIS * 10) / 10);
  }
}
