package dev.mangru.autoscaler.playground.api;

import dev.mangru.autoscaler.playground.store.Change;
import dev.mangru.autoscaler.playground.store.KubeApiException;
import dev.mangru.autoscaler.playground.store.ObjectStore;
import dev.mangru.model.time.Ticker;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Watches: each is a place in the store's history that follows it. Thread-safe.
///
/// Nothing is queued for a watcher. One that reads slowly falls behind in the history; when the
/// history has forgotten its place it is told 410, and when it does not read at all for
/// [#WRITE_LIMIT] its connection is closed ([#cutOffSlow]).
final class Watches {

  private static final Logger LOG = LoggerFactory.getLogger(Watches.class);

  /// Watches at a time; more are told 429. Chosen: ten clients with twenty informers use 200.
  static final int MAX_WATCHES = 2000;

  /// Changes that are looked at in one go.
  private static final int BATCH = 256;

  /// Also how soon a connection whose client is gone is noticed.
  private static final Duration BOOKMARK_EVERY = Duration.ofSeconds(10);

  /// How soon a watch notices that it shall end.
  private static final Duration LOOK_EVERY = Duration.ofMillis(250);

  /// As upstream's `--min-request-timeout`.
  private static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(30);

  static final Duration WRITE_LIMIT = Duration.ofSeconds(15);

  private final Registry registry;
  private final Faults faults;
  private final InstantSource clock;
  private final Ticker ticker;
  private final Set<Watch> open = ConcurrentHashMap.newKeySet();
  private volatile boolean closing;

  Watches(Registry registry, Faults faults, InstantSource clock, Ticker ticker) {
    this.registry = registry;
    this.faults = faults;
    this.clock = clock;
    this.ticker = ticker;
  }

  /// How many are open.
  int count() {
    return open.size();
  }

  /// Ends all of them.
  void close() {
    closing = true;
  }

  /// Closes the connections of watchers that have not taken what was written to them.
  void cutOffSlow() {
    long now = ticker.read();
    for (Watch watch : open) {
      long since = watch.writingSince;
      if (since != 0 && now - since > WRITE_LIMIT.toNanos()) {
        LOG.atInfo().addKeyValue("resource", watch.resource).log("a watcher does not read");
        watch.thread.interrupt();
      }
    }
  }

  /// Serves one watch until it ends.
  void watch(ResourcePath path, ApiExchange exchange) throws IOException {
    Watch watch = new Watch(path, exchange);
    if (open.size() >= MAX_WATCHES) {
      throw KubeApiException.tooManyRequests(
          "there are " + MAX_WATCHES + " watches already; close some", 1, List.of());
    }
    open.add(watch);
    try {
      watch.run(exchange);
    } catch (InterruptedException e) {
      // Cut off, or the server closes: the connection ends with the handler.
      Thread.currentThread().interrupt();
    } finally {
      open.remove(watch);
    }
  }

  private final class Watch {
    private final ObjectStore store = registry.store();
    private final String resource;
    private final Selection selection;
    private final Presenter presenter;
    private final boolean bookmarks;
    private final boolean initial;
    private final boolean initialEnd;
    private final long timeoutNanos;
    private final long epoch = faults.watchEpoch();
    private final Thread thread = Thread.currentThread();
    private volatile long writingSince;
    private long at;
    private boolean headers = true;
    private boolean ended;

    Watch(ResourcePath path, ApiExchange exchange) {
      resource = registry.resource(path.type());
      selection = Selection.of(registry, path, exchange);
      presenter = new Presenter(registry, path.type(), exchange, clock);
      bookmarks = exchange.flag("allowWatchBookmarks");
      String version = exchange.parameter("resourceVersion");
      at = Revisions.parse(version);
      initialEnd = sendInitialEvents(exchange);
      boolean none = exchange.has("sendInitialEvents") && !exchange.flag("sendInitialEvents");
      initial = initialEnd || (at == 0 && !none);
      if (none && at == 0) {
        at = store.durableRevision();
      }
      long seconds = exchange.number("timeoutSeconds", 0);
      timeoutNanos =
          (seconds > 0 ? Duration.ofSeconds(Math.min(seconds, 86_400)) : DEFAULT_TIMEOUT).toNanos();
    }

    private boolean sendInitialEvents(ApiExchange exchange) {
      if (!exchange.flag("sendInitialEvents")) {
        return false;
      }
      if (!exchange.parameter("resourceVersionMatch").equals("NotOlderThan") || !bookmarks) {
        throw KubeApiException.badRequest(
            "sendInitialEvents requires resourceVersionMatch=NotOlderThan and"
                + " allowWatchBookmarks=true");
      }
      return true;
    }

    void run(ApiExchange exchange) throws IOException, InterruptedException {
      if (at > store.revision()) {
        // A revision of another cluster, or of this one before it began anew.
        throw KubeApiException.expired(
            "too large resource version: " + at + ", current: " + store.revision());
      }
      long start = ticker.read();
      long lastWritten = start;
      try (OutputStream out = exchange.stream("application/json")) {
        write(out, new byte[0]);
        if (initial) {
          sendInitial(out);
        }
        while (!ended
            && !closing
            && faults.watchEpoch() == epoch
            && ticker.read() - start < timeoutNanos) {
          boolean more = store.awaitChange(at, LOOK_EVERY);
          boolean sent = more && follow(out);
          long now = ticker.read();
          if (sent) {
            lastWritten = now;
          } else if (bookmarks && now - lastWritten > BOOKMARK_EVERY.toNanos()) {
            send(out, "BOOKMARK", presenter.bookmark(Long.toString(at), false));
            lastWritten = now;
          }
        }
      }
    }

    /// The present objects, read at a durable revision.
    private void sendInitial(OutputStream out) throws IOException {
      ObjectStore.Listing listing = store.list(resource, selection.namespace());
      store.flush();
      for (ObjectNode object : listing.items()) {
        if (selection.matches(object)) {
          send(out, "ADDED", shown(object));
        }
      }
      at = listing.revision();
      if (initialEnd) {
        send(out, "BOOKMARK", presenter.bookmark(Long.toString(at), true));
      }
    }

    /// Sends what has happened since; true if anything was sent.
    private boolean follow(OutputStream out) throws IOException {
      boolean sent = false;
      long upTo = store.durableRevision();
      List<Change> changes;
      do {
        try {
          changes = store.changesBetween(resource, at, upTo, BATCH);
        } catch (KubeApiException e) {
          send(out, "ERROR", e.toStatus());
          ended = true;
          return true;
        }
        for (Change change : changes) {
          sent |= tell(out, change);
          at = change.revision();
        }
      } while (changes.size() == BATCH && faults.watchEpoch() == epoch);
      if (changes.size() < BATCH) {
        at = Math.max(at, upTo);
      }
      return sent;
    }

    /// An object that enters the selection is new to the watcher, one that leaves it is gone.
    private boolean tell(OutputStream out, Change change) throws IOException {
      ObjectNode before = change.before();
      boolean was = before != null && selection.matches(before);
      boolean is = change.type() != Change.Type.DELETED && selection.matches(change.object());
      if (is) {
        send(out, was ? "MODIFIED" : "ADDED", shown(change.object()));
      } else if (was && before != null) {
        send(out, "DELETED", shown(lastSeen(change, before)));
      }
      return is || was;
    }

    /// What left the selection as it was in it, at the revision at which it left.
    private ObjectNode lastSeen(Change change, ObjectNode before) {
      if (change.type() == Change.Type.DELETED) {
        return change.object();
      }
      ObjectNode last = before.deepCopy();
      Trees.metadata(last).put("resourceVersion", Long.toString(change.revision()));
      return last;
    }

    private ObjectNode shown(ObjectNode object) {
      ObjectNode shown = presenter.one(object, headers);
      headers = false;
      return shown;
    }

    private void send(OutputStream out, String type, ObjectNode object) throws IOException {
      ObjectNode event = JsonNodeFactory.instance.objectNode().put("type", type);
      event.set("object", object);
      byte[] json = JsonBodies.bytes(event);
      byte[] line = Arrays.copyOf(json, json.length + 1);
      line[json.length] = '\n';
      write(out, line);
    }

    private void write(OutputStream out, byte[] bytes) throws IOException {
      writingSince = Math.max(1, ticker.read());
      try {
        out.write(bytes);
        out.flush();
      } finally {
        writingSince = 0;
      }
    }
  }
}
