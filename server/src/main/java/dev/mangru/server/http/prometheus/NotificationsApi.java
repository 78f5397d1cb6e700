package dev.mangru.server.http.prometheus;

import dev.mangru.server.http.JsonAnswer;
import dev.mangru.server.self.Notifications;
import dev.mangru.server.self.Notifications.Notification;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// `/api/v1/notifications` and, as server-sent events, `/api/v1/notifications/live`. Thread-safe.
///
/// Source: Prometheus `web/web.go` and `util/notifications`; the limit of subscribers and what is
/// answered beyond it are its defaults.
@RestController
public final class NotificationsApi {

  private static final int MAX_SUBSCRIBERS = 16;

  /// Events that wait for a slow reader; one that does not read them is let go. Chosen: there are a
  /// handful of conditions.
  private static final int QUEUE_LENGTH = 64;

  /// Without something to write nobody would notice a reader that has gone.
  private static final Duration HEARTBEAT = Duration.ofSeconds(10);

  private static final Duration LOOK = Duration.ofMillis(250);

  private static final JsonFactory JSON = new JsonFactory();

  private final Notifications notifications;
  private final Semaphore places = new Semaphore(MAX_SUBSCRIBERS);
  private final Set<Session> sessions = ConcurrentHashMap.newKeySet();

  public NotificationsApi(Notifications notifications) {
    this.notifications = notifications;
  }

  @GetMapping("/api/v1/notifications")
  void notifications(HttpServletResponse response) throws IOException {
    JsonAnswer.success(
        response,
        json -> {
          json.writeStartArray();
          notifications.active().forEach(each -> write(json, each));
          json.writeEndArray();
        });
  }

  @GetMapping("/api/v1/notifications/live")
  void live(HttpServletResponse response) throws IOException {
    if (!places.tryAcquire()) {
      response.setStatus(HttpServletResponse.SC_NO_CONTENT); // a browser then does not come again
      return;
    }
    Session session = new Session();
    sessions.add(session);
    Runnable unsubscribe = notifications.subscribe(session::offer);
    try {
      response.setContentType("text/event-stream");
      response.setHeader("Cache-Control", "no-cache");
      response.setHeader("X-Accel-Buffering", "no");
      response.flushBuffer();
      session.run(response.getOutputStream());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      unsubscribe.run();
      sessions.remove(session);
      places.release();
    }
  }

  /// Ends every stream, so that shutting down need not wait for readers.
  @EventListener(ContextClosedEvent.class)
  void close() {
    sessions.forEach(Session::end);
  }

  private static void write(JsonGenerator json, Notification notification) {
    json.writeStartObject();
    json.writeStringProperty("text", notification.text());
    json.writeStringProperty("date", notification.date().toString());
    json.writeBooleanProperty("active", notification.active());
    json.writeEndObject();
  }

  /// One reader.
  private static final class Session {

    private final BlockingQueue<Notification> queue = new ArrayBlockingQueue<>(QUEUE_LENGTH);
    private volatile boolean ended;

    void offer(Notification notification) {
      if (!queue.offer(notification)) {
        ended = true; // it would miss one; it may come again and is told what is active
      }
    }

    void end() {
      ended = true;
    }

    void run(OutputStream out) throws IOException, InterruptedException {
      long idleMs = 0;
      while (!ended) {
        Notification next = queue.poll(LOOK.toMillis(), TimeUnit.MILLISECONDS);
        if (next != null) {
          send(out, "data: " + json(next) + "\n\n");
          idleMs = 0;
        } else if ((idleMs += LOOK.toMillis()) >= HEARTBEAT.toMillis()) {
          send(out, ":\n\n");
          idleMs = 0;
        }
      }
    }

    private static String json(Notification notification) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
        write(json, notification);
      }
      return bytes.toString(StandardCharsets.UTF_8);
    }

    private static void send(OutputStream out, String text) throws IOException {
      out.write(text.getBytes(StandardCharsets.UTF_8));
      out.flush();
    }
  }
}
