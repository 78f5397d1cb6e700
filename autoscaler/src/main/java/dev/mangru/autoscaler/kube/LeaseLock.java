package dev.mangru.autoscaler.kube;

import dev.mangru.autoscaler.control.ScalingCluster;
import dev.mangru.autoscaler.kube.KubeRest.Response;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.time.Ticker;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// One leader by a Lease of `coordination.k8s.io`, as Kubernetes' own controllers elect theirs.
/// Thread-safe.
///
/// Whoever holds the lease renews it and believes in it for ten seconds from the moment before the
/// renewal was sent. Whoever does not takes it over once it saw the lease unchanged for fifteen
/// seconds. Both are elapsed time of their own machine, which no one sets: nobody's clock is
/// compared with anyone else's, and between the end of one leader's belief and the beginning of the
/// next there are five seconds, in which machines may run apart. A leader whose wall clock jumps,
/// or whose machine slept, gives up its belief early and renews. Every write carries the version
/// that was read, so of two that try only one succeeds.
public final class LeaseLock implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LeaseLock.class);

  /// Kubernetes' default for its own controllers.
  private static final Duration LEASE = Duration.ofSeconds(15);

  /// Whoever writes more into the lease does not keep others away for longer. Chosen.
  private static final Duration LONGEST_LEASE = Duration.ofMinutes(5);

  /// Two thirds of it.
  private static final Duration BELIEF = Duration.ofSeconds(10);

  /// A lease renewed this lately is not renewed again: Kubernetes' retry period.
  private static final Duration RENEW_AFTER = Duration.ofSeconds(2);

  /// No answer within this time is as good as none.
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(5);

  private static final DateTimeFormatter MICRO_TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final KubeRest rest;
  private final String namespace;
  private final String name;
  private final String identity;
  private final Ticker ticker;

  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by lock.
  private String seenVersion = "";
  private long seenAt;
  private boolean closed;

  private volatile @Nullable Belief belief;
  private volatile @Nullable String problem;
  private volatile String holder = "";

  /// That this process leads: for [#BELIEF] from a moment, which two clocks tell.
  private record Belief(Instant from, long fromTick) {

    boolean holds(Instant now, long tick) {
      return tick - fromTick < BELIEF.toNanos()
          && !now.isBefore(from)
          && now.isBefore(from.plus(BELIEF));
    }
  }

  /// @param identity of this process, which no other has, such as host name and a random number
  public LeaseLock(KubernetesClient client, String namespace, String name, String identity) {
    this(client, namespace, name, identity, Ticker.SYSTEM);
  }

  /// @param ticker for how long leases are believed in
  LeaseLock(
      KubernetesClient client, String namespace, String name, String identity, Ticker ticker) {
    if (identity.isEmpty()) {
      throw new IllegalArgumentException("whoever wants a lease needs an identity");
    }
    this.rest = new KubeRest(client, REQUEST_TIMEOUT);
    this.namespace = namespace;
    this.name = name;
    this.identity = identity;
    this.ticker = ticker;
  }

  /// Takes or renews the lease if it can be had. Call it every few seconds.
  ///
  /// @param now the time before this call; belief counts from it
  /// @return whether this process is the leader, as [#holds] tells until the belief ends
  public boolean tryHold(Instant now) {
    lock.lock();
    try {
      Belief held = belief;
      long tick = ticker.read();
      if (closed) {
        return false;
      }
      if (held != null
          && held.holds(now, tick)
          && tick - held.fromTick() < RENEW_AFTER.toNanos()
          && now.isBefore(held.from().plus(RENEW_AFTER))) {
        return true;
      }
      try {
        attempt(now, tick);
        problem = null;
      } catch (MangruException e) {
        problem = e.text(); // what was believed holds until it ends
      }
      return holds(now);
    } finally {
      lock.unlock();
    }
  }

  /// Whether this process is the leader at `now`: ask before every write.
  public boolean holds(Instant now) {
    Belief held = belief;
    return held != null && held.holds(now, ticker.read());
  }

  /// Who held the lease when it was last read; empty if nobody.
  public String holder() {
    return holder;
  }

  /// Why the lease could not be read or written the last time; null if it could.
  public @Nullable String problem() {
    return problem;
  }

  private void attempt(Instant now, long tick) {
    Response read = rest.get(path());
    if (read.status() == 404) {
      ObjectNode fresh = HpaWriter.JSON.createObjectNode();
      fresh.put("apiVersion", "coordination.k8s.io/v1").put("kind", "Lease");
      fresh.putObject("metadata").put("name", name).put("namespace", namespace);
      fill(fresh, identity, now, now, 0, LEASE.toSeconds());
      became(rest.write("POST", collection() + manager(), KubeRest.JSON_BODY, fresh), now, tick);
      return;
    }
    if (!read.ok()) {
      problem(read);
      return;
    }
    JsonNode spec = read.body().path("spec");
    holder = spec.path("holderIdentity").asString("");
    int transitions = spec.path("leaseTransitions").asInt(0);
    if (holder.equals(identity)) {
      Instant acquired = acquired(spec, now);
      became(put(read, acquired, now, transitions), now, tick);
      return;
    }
    belief = null;
    String version = read.resourceVersion();
    if (!version.equals(seenVersion)) {
      seenVersion = version;
      seenAt = ticker.read(); // after the answer: it was renewed no later than this
    }
    long seconds =
        Math.clamp(
            spec.path("leaseDurationSeconds").asLong(0),
            LEASE.toSeconds(),
            LONGEST_LEASE.toSeconds());
    if (holder.isEmpty() || tick - seenAt >= Duration.ofSeconds(seconds).toNanos()) {
      became(put(read, now, now, transitions + 1), now, tick);
    }
  }

  private static Instant acquired(JsonNode spec, Instant otherwise) {
    String text = spec.path("acquireTime").asString("");
    try {
      return text.isEmpty() ? otherwise : Instant.parse(text);
    } catch (DateTimeParseException _) {
      return otherwise; // only told to people; whoever wrote it must not keep us from renewing
    }
  }

  /// Writes back what was read, so that labels and annotations stay, with its version.
  private Response put(Response read, Instant acquired, Instant now, int transitions) {
    ObjectNode lease = read.body().asObject().deepCopy();
    fill(lease, identity, acquired, now, transitions, LEASE.toSeconds());
    return rest.write("PUT", path() + manager(), KubeRest.JSON_BODY, lease);
  }

  private void became(Response written, Instant now, long tick) {
    if (written.ok()) {
      if (!holds(now)) {
        LOG.atInfo().addKeyValue("lease", namespace + "/" + name).log("leading");
      }
      belief = new Belief(now, tick);
      holder = identity;
      return;
    }
    if (written.status() == 409) {
      belief = null; // someone was faster
      return;
    }
    problem(written);
  }

  private static void problem(Response answer) {
    throw new MangruException(
        ErrorCode.UNAVAILABLE, "the lease cannot be used: " + answer.message());
  }

  private static void fill(
      ObjectNode lease,
      String by,
      Instant acquired,
      Instant renewed,
      int transitions,
      long seconds) {
    lease
        .putObject("spec")
        .put("holderIdentity", by)
        .put("leaseDurationSeconds", seconds)
        .put("acquireTime", MICRO_TIME.format(acquired))
        .put("renewTime", MICRO_TIME.format(renewed))
        .put("leaseTransitions", transitions);
  }

  private String collection() {
    return "/apis/coordination.k8s.io/v1/namespaces/" + KubeRest.part(namespace) + "/leases";
  }

  private String path() {
    return collection() + "/" + KubeRest.part(name);
  }

  private static String manager() {
    return "?fieldManager=" + ScalingCluster.FIELD_MANAGER;
  }

  /// Gives the lease back if it is held, so that the next one need not wait.
  @Override
  public void close() {
    lock.lock();
    try {
      Belief held = belief;
      if (closed) {
        return;
      }
      closed = true;
      belief = null;
      if (held == null) {
        return;
      }
      Response read = rest.get(path());
      JsonNode spec = read.body().path("spec");
      if (read.ok() && spec.path("holderIdentity").asString("").equals(identity)) {
        Instant renewed = held.from();
        ObjectNode free = read.body().asObject().deepCopy();
        fill(free, "", acquired(spec, renewed), renewed, spec.path("leaseTransitions").asInt(0), 1);
        rest.write("PUT", path() + manager(), KubeRest.JSON_BODY, free);
      }
    } catch (MangruException e) {
      LOG.atInfo().setCause(e).log("the lease could not be given back: the next leader waits");
    } finally {
      lock.unlock();
    }
  }
}
