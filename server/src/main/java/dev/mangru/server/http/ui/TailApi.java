package dev.mangru.server.http.ui;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.log.LogQuery;
import dev.mangru.model.log.LogRecord;
import dev.mangru.model.log.LogStore;
import dev.mangru.server.http.Params;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// `/api/ui/logs/tail`: new log records as server-sent events. A browser that reads too slowly
/// misses records and is told how many; the store is never held up. Thread-safe.
@RestController
public final class TailApi {

  /// Records that wait for a slow browser. Chosen: a screen shows 50, and 2,000 of 200 bytes are
  /// 400 KB.
  private static final int QUEUE_LENGTH = 2_000;

  private static final int MAX_BATCH = 500;
  private static final int MAX_TAILS = 50;

  /// A comment is sent when nothing else was for so long; without one, nobody would notice a
  /// browser that has gone.
  private static final Duration HEARTBEAT = Duration.ofSeconds(10);

  private static final JsonFactory JSON = new JsonFactory();

  private final LogStore store;
  private final InstantSource clock;
  private final Set<Session> sessions = ConcurrentHashMap.newKeySet();
  private final AtomicInteger open = new AtomicInteger();

  public TailApi(LogStore store, InstantSource clock) {
    this.store = store;
    this.clock = clock;
  }

  @GetMapping("/api/ui/logs/tail")
  void tail(HttpServletRequest request, HttpServletResponse response) throws IOException {
    LogQuery query = LogSearchParams.of(new Params(request), clock.instant()).query();
    if (open.incrementAndGet() > MAX_TAILS) {
      open.decrementAndGet();
      throw new MangruException(
          ErrorCode.OVERLOADED, MAX_TAILS + " live tails are open already; close one");
    }
    response.setContentType("text/event-stream");
    response.setCharacterEncoding("UTF-8");
    response.setHeader("X-Accel-Buffering", "no");
    Session session = new Session();
    sessions.add(session);
    try (LogStore.Tail _ = store.tail(query, session::offer)) {
      session.run(response.getOutputStream());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      sessions.remove(session);
      open.decrementAndGet();
    }
  }

  /// Ends every tail, so that shutting down need not wait for browsers.
  @EventListener(ContextClosedEvent.class)
  void close() {
    sessions.forEach(Session::end);
  }

  /// One browser.
  private static final class Session {

    private final BlockingQueue<LogRecord> queue = new ArrayBlockingQueue<>(QUEUE_LENGTH);
    private final AtomicLong dropped = new AtomicLong();
    private volatile boolean ended;

    void offer(LogRecord record) {
      if (!queue.offer(record)) {
        dropped.incrementAndGet();
      }
    }

    void end() {
      ended = true;
    }

    void run(OutputStream out) throws IOException, InterruptedException {
      send(out, "event: ready\ndata: {}\n\n");
      int idle = 0;
      while (!ended) {
        LogRecord first = queue.poll(250, TimeUnit.MILLISECONDS);
        if (first == null) {
          idle++;
          if (idle * 250L >= HEARTBEAT.toMillis()) {
            send(out, ":\n\n");
            idle = 0;
          }
          continue;
        }
        idle = 0;
        List<LogRecord> batch = new ArrayList<>(List.of(first));
        queue.drainTo(batch, MAX_BATCH);
        send(out, "data: " + json(batch) + "\n\n");
        long missed = dropped.getAndSet(0);
        if (missed > 0) {
          send(out, "event: dropped\ndata: {\"count\":" + missed + "}\n\n");
        }
      }
    }

    private static String json(List<LogRecord> batch) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
        json.writeStartArray();
        batch.forEach(record -> HitJson.record(json, null, record));
        json.writeEndArray();
      }
      return bytes.toString(StandardCharsets.UTF_8);
    }

    private static void send(OutputStream out, String text) throws IOException {
      out.write(text.getBytes(StandardCharsets.UTF_8));
      out.flush();
    }
  }
}
