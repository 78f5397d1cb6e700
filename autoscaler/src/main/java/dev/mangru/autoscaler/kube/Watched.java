package dev.mangru.autoscaler.kube;

import dev.mangru.autoscaler.kube.KubeRest.Response;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/// Objects of one kind, watched and held in memory, and whether they still are what the cluster
/// has. Thread-safe.
///
/// A watch does not tell whether it lives: fabric8 calls a healthy one broken until its first
/// event, and one whose connection went silent healthy for ever. So what is held is compared with
/// the server's first page of the kind every half minute, object by object and in number. Where
/// they differ, either the watch brings the change within seconds, or it is dead: then what it told
/// is not trusted, and it begins anew.
final class Watched<T extends HasMetadata> implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Watched.class);

  /// A comparison is believed for this long. Chosen: shorter than pods live.
  private static final Duration COMPARE_EVERY = Duration.ofSeconds(30);

  /// A living watch brings a change within this time. Chosen.
  private static final Duration CATCH_UP = Duration.ofSeconds(5);

  /// A watch that is dead for this long begins anew. Chosen.
  private static final Duration DEAD_FOR = Duration.ofSeconds(15);

  /// Objects compared. Chosen: some dozen kilobytes.
  private static final int SAMPLE = 50;

  private final String what;
  private final String path;
  private final KubeRest rest;
  private final Supplier<SharedIndexInformer<T>> make;
  private volatile SharedIndexInformer<T> informer;
  private volatile @Nullable String lastFault;

  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by lock.
  private @Nullable Instant provenAt;
  private @Nullable Difference difference;

  /// The server has something else, seen while the watch stood at a version.
  private record Difference(String text, Instant since, Instant askedAt, String version) {}

  /// Begins to watch.
  ///
  /// @param what plural, for people
  /// @param path of its list
  Watched(String what, String path, KubeRest rest, Supplier<SharedIndexInformer<T>> make) {
    this.what = what;
    this.path = path;
    this.rest = rest;
    this.make = make;
    this.informer = begin();
  }

  private SharedIndexInformer<T> begin() {
    SharedIndexInformer<T> begun = make.get();
    begun.exceptionHandler((started, fault) -> {
      lastFault = fault.toString();
      return true; // the cluster may come back at any time
    });
    begun
        .start()
        .whenComplete((_, fault) -> {
          if (fault != null) {
            lastFault = fault.toString();
          }
        });
    return begun;
  }

  /// All objects.
  List<T> list() {
    return informer.getStore().list();
  }

  /// The objects of a namespace.
  List<T> list(String namespace) {
    return informer.getIndexer().byIndex(Cache.NAMESPACE_INDEX, namespace);
  }

  /// Why what is held cannot be trusted; null while it can. Asks the server now and then.
  @Nullable String problem(Instant now) {
    lock.lock();
    try {
      if (!informer.hasSynced()) {
        return "the %s of the cluster were not listed yet%s".formatted(what, fault());
      }
      Difference open = difference;
      if (open != null && !open.version().equals(version())) {
        difference = null; // it lives, and what it brings next may be what was missing
        provenAt = now;
        return null;
      }
      if (open != null && within(open.askedAt(), CATCH_UP, now)) {
        return dead(open, now);
      }
      if (open == null && provenAt != null && within(provenAt, COMPARE_EVERY, now)) {
        return null;
      }
      return compare(now, open);
    } finally {
      lock.unlock();
    }
  }

  private @Nullable String compare(Instant now, @Nullable Difference open) {
    String version = version(); // before the server is asked, which then knows no less
    String found;
    try {
      found = differs();
    } catch (MangruException e) {
      return "the %s of the cluster are not watched since %s (%s)"
          .formatted(what, provenAt == null ? "the beginning" : provenAt, e.text());
    }
    if (found == null) {
      difference = null;
      provenAt = now;
      return null;
    }
    Difference next = new Difference(found, open == null ? now : open.since(), now, version);
    difference = next;
    String dead = dead(next, now);
    if (dead != null && !within(next.since(), DEAD_FOR, now)) {
      LOG.atWarn().addKeyValue("kind", what).log("a watch is dead and begins anew: {}", found);
      SharedIndexInformer<T> old = informer;
      informer = begin();
      old.stop();
      difference = null;
      provenAt = null;
    }
    return dead;
  }

  /// A difference is nothing until the watch had the time to bring it.
  private @Nullable String dead(Difference open, Instant now) {
    return within(open.since(), CATCH_UP, now)
        ? null
        : "the watch of the %s is dead since %s or longer: %s%s"
            .formatted(what, open.since(), open.text(), fault());
  }

  /// Whether `now` is less than `length` after `begin`; a clock that was set back begins anew.
  private static boolean within(Instant begin, Duration length, Instant now) {
    return !now.isBefore(begin) && now.isBefore(begin.plus(length));
  }

  /// What the server has otherwise than we; null if nothing.
  private @Nullable String differs() {
    Response answer = rest.get(path + "?limit=" + SAMPLE);
    if (!answer.ok()) {
      throw new MangruException(
          ErrorCode.UNAVAILABLE, "GET %s: %s".formatted(path, answer.message()));
    }
    int there = 0;
    for (JsonNode each : answer.body().path("items")) {
      there++;
      JsonNode metadata = each.path("metadata");
      String key =
          metadata.path("namespace").asString("") + "/" + metadata.path("name").asString("");
      T held = informer.getStore().getByKey(key);
      if (held == null) {
        return key + " is not among what we hold";
      }
      if (!Objects.equals(
          held.getMetadata().getResourceVersion(), metadata.path("resourceVersion").asString(""))) {
        return "%s is at version %s, and we hold %s"
            .formatted(
                key,
                metadata.path("resourceVersion").asString(""),
                held.getMetadata().getResourceVersion());
      }
    }
    JsonNode list = answer.body().path("metadata");
    boolean whole = list.path("continue").asString("").isEmpty();
    if (!whole && !list.has("remainingItemCount")) {
      return null;
    }
    long all = there + (whole ? 0 : list.path("remainingItemCount").asLong(0));
    long held = informer.getStore().listKeys().size();
    return all == held ? null : "there are %d, and we hold %d".formatted(all, held);
  }

  private String version() {
    String version = informer.lastSyncResourceVersion();
    return version == null ? "" : version;
  }

  private String fault() {
    String fault = lastFault;
    return fault == null ? "" : " (" + fault + ")";
  }

  /// Ends the watch.
  @Override
  public void close() {
    informer.stop();
  }
}
