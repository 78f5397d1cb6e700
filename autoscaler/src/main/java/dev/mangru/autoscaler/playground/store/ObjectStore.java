package dev.mangru.autoscaler.playground.store;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.mangru.model.disk.Disk;
import dev.mangru.model.disk.RecordLog;
import dev.mangru.model.error.MangruException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Every object of a playground cluster, as etcd and the registry of an API server keep them.
/// Thread-safe.
///
/// **Objects** are JSON trees. What the store hands out are its own snapshots: do not change them,
/// take [ObjectNode#deepCopy]. What it is given it copies. It knows metadata, `spec` and pods'
/// grace periods, and no schema: defaults and validation are the caller's.
///
/// **Revisions.** One counter over all objects; each change takes the next number, which is the
/// object's `resourceVersion`. The empty store has revision 1. An update that changes nothing takes
/// none. Uids and generated names depend on the seed and the revision alone.
///
/// **Durability.** A change is visible to [#get] and [#list] at once, and to [#changesSince] once
/// it is on stable storage. [#flush] waits until everything done so far is: call it before telling
/// anyone outside the process of a change, or of anything read. Changes reach the disk in order, so
/// after a crash the store is as it was at some revision not before the last flush. When writing
/// fails (a full disk) the store refuses everything with 503, and every [#RETRY_AFTER] tries to
/// write all it has in memory anew, changes that were refused at [#flush] included; then it goes
/// on.
public final class ObjectStore implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ObjectStore.class);

  /// Revision of the empty store; 0 means "any" to Kubernetes clients.
  private static final long FIRST_REVISION = 1;

  /// How often [#mutate] takes a new look. Chosen: more means that two writers fight.
  private static final int MAX_MUTATE_TRIES = 100;

  private static final int MAX_NAME_TRIES = 8;

  /// Chosen: a disk is not emptied sooner, and a try writes the whole store.
  static final Duration RETRY_AFTER = Duration.ofSeconds(10);

  private final InstantSource clock;
  private final StoreOptions options;
  private final Names names;
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final TreeMap<String, NavigableMap<ObjectKey, ObjectNode>> objects = new TreeMap<>();

  @GuardedBy("lock")
  private final History history;

  @GuardedBy("lock")
  private long revision = FIRST_REVISION;

  @GuardedBy("lock")
  private @Nullable RuntimeException brokenBy;

  /// When to try again after a failure.
  @GuardedBy("lock")
  private Instant retryAt = Instant.EPOCH;

  @GuardedBy("lock")
  private boolean garbage = true;

  /// Null in memory.
  private @Nullable Journal journal;

  @GuardedBy("lock")
  private RecordLog.@Nullable Ticket lastChange;

  private final ReentrantLock publishing = new ReentrantLock();
  private final Condition published = publishing.newCondition();

  /// Newest revision that is on stable storage.
  private volatile long durableRevision = FIRST_REVISION;

  private volatile boolean closed;

  /// Objects and the revision they were read at.
  ///
  /// @param items ordered by namespace and name; shared snapshots
  public record Listing(long revision, List<ObjectNode> items) {}

  /// What a deletion did.
  ///
  /// @param object as it is now, or as it was last
  /// @param removed whether it is gone; else it waits for finalizers or its grace period
  public record Deletion(ObjectNode object, boolean removed) {}

  private ObjectStore(InstantSource clock, long seed, StoreOptions options) {
    this.clock = clock;
    this.options = options;
    this.names = new Names(seed);
    this.history = new History(options.historyChanges(), options.historyBytes(), FIRST_REVISION);
  }

  /// A store that forgets everything with the process.
  ///
  /// @param clock for creation and deletion timestamps
  /// @param seed for uids and generated names
  public static ObjectStore inMemory(InstantSource clock, long seed) {
    return inMemory(clock, seed, StoreOptions.DEFAULTS);
  }

  /// As [#inMemory(InstantSource, long)] with other limits.
  public static ObjectStore inMemory(InstantSource clock, long seed, StoreOptions options) {
    return new ObjectStore(clock, seed, options);
  }

  /// Opens the store in `directory`, or makes it. Objects, revision and the history since the last
  /// snapshot are as they were.
  ///
  /// @throws MangruException `UNAVAILABLE` if another process has it open
  /// @throws IOException if it cannot be read or written; `CorruptDataException` if its bytes
  ///   cannot be right
  public static ObjectStore open(
      Disk disk, Path directory, InstantSource clock, long seed, StoreOptions options)
      throws IOException {
    ObjectStore store = new ObjectStore(clock, seed, options);
    store.load(disk, directory);
    return store;
  }

  private void load(Disk disk, Path directory) throws IOException {
    lock.lock();
    try {
      Loader loader = new Loader();
      Journal opened = new Journal(disk, directory, options.segmentBytes(), loader);
      journal = opened;
      durableRevision = revision;
      if (loader.skipped > 0) {
        LOG.atWarn()
            .addKeyValue("directory", directory)
            .addKeyValue("changes", loader.skipped)
            .log("left out changes that were never acknowledged");
      }
      if (loader.skipped > 0 || opened.wantsSnapshot(options.compactBytes())) {
        try {
          opened.snapshot(revision, objects.values());
        } catch (IOException | RuntimeException e) {
          opened.close();
          throw e;
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private final class Loader implements Journal.Reader {
    private int skipped;

    @Override
    @SuppressWarnings("GuardedBy") // load() holds the lock while the journal is read
    public void snapshot(long at, NavigableMap<ObjectKey, ObjectNode> all) {
      objects.clear();
      all.forEach((key, object) -> resource(key.resource()).put(key, object));
      revision = at;
      history.startAt(at);
    }

    @Override
    @SuppressWarnings("GuardedBy") // as above
    public boolean change(long at, Change.Type type, ObjectKey key, ObjectNode object) {
      if (at != revision + 1) {
        skipped++;
        return false;
      }
      apply(new Change(at, type, key, object, resource(key.resource()).get(key)));
      return true;
    }
  }

  // ---- reading ---------------------------------------------------------------------------------

  /// The revision of the newest change.
  public long revision() {
    lock.lock();
    try {
      return revision;
    } finally {
      lock.unlock();
    }
  }

  /// The newest revision that [#changesSince] tells of.
  public long durableRevision() {
    return durableRevision;
  }

  /// The object, or empty if there is none.
  public Optional<ObjectNode> find(String resource, String namespace, String name) {
    ObjectKey key = new ObjectKey(resource, namespace, name);
    lock.lock();
    try {
      requireUsable();
      return Optional.ofNullable(resource(resource).get(key));
    } finally {
      lock.unlock();
    }
  }

  /// The object.
  ///
  /// @throws KubeApiException 404 if there is none
  public ObjectNode get(String resource, String namespace, String name) {
    return find(resource, namespace, name)
        .orElseThrow(() -> KubeApiException.notFound(resource, name));
  }

  /// All objects of a resource in a namespace, or in all of them if that is empty.
  public Listing list(String resource, String namespace) {
    lock.lock();
    try {
      requireUsable();
      return new Listing(
          revision, List.copyOf(in(resource(resource), resource, namespace).values()));
    } finally {
      lock.unlock();
    }
  }

  /// As they were at an earlier revision.
  ///
  /// @throws KubeApiException 410 if that is no longer known; 400 if it has not come yet
  public Listing listAt(String resource, String namespace, long atRevision) {
    lock.lock();
    try {
      requireUsable();
      requireReached(atRevision);
      NavigableMap<ObjectKey, ObjectNode> then = new TreeMap<>(resource(resource));
      history.rewind(then, resource, atRevision);
      return new Listing(atRevision, List.copyOf(in(then, resource, namespace).values()));
    } finally {
      lock.unlock();
    }
  }

  private static NavigableMap<ObjectKey, ObjectNode> in(
      NavigableMap<ObjectKey, ObjectNode> all, String resource, String namespace) {
    return namespace.isEmpty()
        ? all
        : all.subMap(
            new ObjectKey(resource, namespace, ""),
            true,
            new ObjectKey(resource, namespace + "\0", ""),
            false);
  }

  /// How many objects of a resource there are, over all namespaces.
  public int count(String resource) {
    lock.lock();
    try {
      return resource(resource).size();
    } finally {
      lock.unlock();
    }
  }

  // ---- watching --------------------------------------------------------------------------------

  /// Durable changes after revision `after`, oldest first, at most `limit`.
  ///
  /// @param resource of these objects only; null for all
  /// @throws KubeApiException 410 if some of them are no longer known; 400 if `after` has not come
  ///   yet
  public List<Change> changesSince(@Nullable String resource, long after, int limit) {
    return changesBetween(resource, after, durableRevision, limit);
  }

  /// As [#changesSince], up to and including revision `upTo`.
  public List<Change> changesBetween(@Nullable String resource, long after, long upTo, int limit) {
    lock.lock();
    try {
      requireUsable();
      requireReached(after);
      return history.between(resource, after, Math.min(upTo, durableRevision), limit);
    } finally {
      lock.unlock();
    }
  }

  /// Waits until there is a durable change after revision `after`, at most `timeout`. False if
  /// there is none by then, or the store is closed.
  public boolean awaitChange(long after, Duration timeout) throws InterruptedException {
    long left = timeout.toNanos();
    publishing.lockInterruptibly();
    try {
      while (durableRevision <= after && !closed && left > 0) {
        left = published.awaitNanos(left);
      }
      return durableRevision > after;
    } finally {
      publishing.unlock();
    }
  }

  private void publish(long upTo) {
    publishing.lock();
    try {
      durableRevision = upTo;
      published.signalAll();
    } finally {
      publishing.unlock();
    }
  }

  // ---- writing ---------------------------------------------------------------------------------

  /// Adds an object. Fills in uid, creationTimestamp, resourceVersion, generation 1 if it has a
  /// spec, and the name if it has a generateName only.
  ///
  /// @throws KubeApiException 409 if the name is taken; 400 if it carries a resourceVersion; 422 if
  ///   it has no name
  public ObjectNode create(String resource, ObjectNode object) {
    return create(resource, object, false);
  }

  /// As [#create(String, ObjectNode)]; a dry run answers as if and leaves everything as it is.
  public ObjectNode create(String resource, ObjectNode object, boolean dryRun) {
    lock.lock();
    try {
      requireUsable();
      ObjectNode made = object.deepCopy();
      ObjectNode meta = ObjectMeta.of(made);
      String given = meta.path("resourceVersion").asString("");
      if (!given.isEmpty() && !given.equals("0")) {
        throw KubeApiException.badRequest(
            "resourceVersion should not be set on objects to be created");
      }
      String name = chooseName(resource, made, meta);
      ObjectKey key = ObjectKey.of(resource, made);
      if (resource(resource).containsKey(key)) {
        throw KubeApiException.alreadyExists(resource, name);
      }
      meta.remove(
          List.of("selfLink", "deletionTimestamp", "deletionGracePeriodSeconds", "generation"));
      meta.put("uid", names.uid(revision + 1));
      meta.put("creationTimestamp", ObjectMeta.timestamp(clock.instant()));
      if (made.has("spec")) {
        meta.put("generation", 1);
      }
      if (dryRun) {
        meta.remove("resourceVersion");
        return made;
      }
      return commit(Change.Type.ADDED, key, made, null);
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private String chooseName(String resource, ObjectNode object, ObjectNode meta) {
    String name = meta.path("name").asString("");
    String prefix = meta.path("generateName").asString("");
    if (!name.isEmpty()) {
      return name;
    }
    if (prefix.isEmpty()) {
      throw KubeApiException.invalid(
          object.path("kind").asString(resource),
          "",
          List.of(
              new KubeApiException.Cause(
                  "FieldValueRequired",
                  "Required value: name or generateName is required",
                  "metadata.name")));
    }
    for (int attempt = 1; attempt <= MAX_NAME_TRIES; attempt++) {
      name = names.generated(prefix, revision + 1, attempt);
      meta.put("name", name);
      if (!resource(resource).containsKey(ObjectKey.of(resource, object))) {
        return name;
      }
    }
    throw KubeApiException.alreadyExists(resource, name);
  }

  /// Replaces an object. With a `metadata.resourceVersion` only if it still is at that; without,
  /// whatever it is. Uid, creation and deletion timestamps stay; the generation rises if `spec`
  /// changed. An object that is being deleted goes when its last finalizer does.
  ///
  /// @return the object as stored; the present one if nothing changed
  /// @throws KubeApiException 404 if there is none; 409 if it has changed meanwhile or its uid is
  ///   another
  public ObjectNode update(String resource, ObjectNode object) {
    return update(resource, object, false);
  }

  /// As [#update(String, ObjectNode)]; a dry run answers as if and leaves everything as it is.
  public ObjectNode update(String resource, ObjectNode object, boolean dryRun) {
    ObjectKey key = ObjectKey.of(resource, object);
    lock.lock();
    try {
      requireUsable();
      ObjectNode before = resource(resource).get(key);
      if (before == null) {
        throw KubeApiException.notFound(resource, key.name());
      }
      ObjectNode after = object.deepCopy();
      requireSame(key, before, ObjectMeta.uid(after), ObjectMeta.text(after, "resourceVersion"));
      keepSystemFields(before, after);
      if (ObjectMeta.same(before, after)) {
        return before;
      }
      if (!ObjectMeta.same(before.path("spec"), after.path("spec"))) {
        ObjectMeta.nextGeneration(after);
      }
      if (dryRun) {
        return after;
      }
      boolean done =
          ObjectMeta.deleting(after)
              && !ObjectMeta.hasFinalizers(after)
              && !Grace.isNamespaceInUse(key, after);
      if (done
          && (!ObjectMeta.deleting(before) || ObjectMeta.hasFinalizers(before))
          && !waitsForKubelet(key, after)) {
        return commit(Change.Type.DELETED, key, after, before);
      }
      return commit(Change.Type.MODIFIED, key, after, before);
    } finally {
      lock.unlock();
    }
  }

  /// Changes an object as `change` says, and again if someone else changed it meanwhile. `change`
  /// gets a copy that it may change and return; it must have no other effects.
  ///
  /// @throws KubeApiException 404 if there is none; 409 if others kept changing it
  public ObjectNode mutate(
      String resource, String namespace, String name, UnaryOperator<ObjectNode> change) {
    KubeApiException conflict = KubeApiException.conflict(resource, name);
    for (int attempt = 0; attempt < MAX_MUTATE_TRIES; attempt++) {
      ObjectNode present = get(resource, namespace, name);
      ObjectNode changed = change.apply(present.deepCopy());
      ObjectMeta.of(changed).put("resourceVersion", ObjectMeta.text(present, "resourceVersion"));
      try {
        return update(resource, changed);
      } catch (KubeApiException e) {
        if (e.code() != 409) {
          throw e;
        }
        conflict = e;
      }
    }
    throw conflict;
  }

  /// Deletes an object, or begins to: with finalizers, in the foreground or while a kubelet ends a
  /// pod, it is marked with a deletionTimestamp and stays. Pods that run on a node get their grace
  /// period; the kubelet deletes them again with grace 0. What it owns is left to
  /// [#collectGarbage].
  ///
  /// @throws KubeApiException 404 if there is none; 409 if a precondition does not hold
  public Deletion delete(String resource, String namespace, String name, DeleteOptions how) {
    ObjectKey key = new ObjectKey(resource, namespace, name);
    lock.lock();
    try {
      requireUsable();
      ObjectNode before = resource(resource).get(key);
      if (before == null) {
        throw KubeApiException.notFound(resource, name);
      }
      requirePrecondition(key, before, how);
      ObjectNode after = before.deepCopy();
      if (how.propagation() == DeleteOptions.Propagation.FOREGROUND) {
        ObjectMeta.addFinalizer(after, ObjectMeta.FOREGROUND);
        ObjectMeta.removeFinalizer(after, ObjectMeta.ORPHAN);
      } else if (how.propagation() == DeleteOptions.Propagation.ORPHAN) {
        ObjectMeta.addFinalizer(after, ObjectMeta.ORPHAN);
        ObjectMeta.removeFinalizer(after, ObjectMeta.FOREGROUND);
      } else if (how.propagation() == DeleteOptions.Propagation.BACKGROUND) {
        ObjectMeta.removeFinalizer(after, ObjectMeta.FOREGROUND);
        ObjectMeta.removeFinalizer(after, ObjectMeta.ORPHAN);
      }
      long grace = Grace.of(key, before, how.gracePeriodSeconds());
      Grace.mark(after, grace, clock.instant());
      boolean gone =
          grace == 0 && !ObjectMeta.hasFinalizers(after) && !Grace.isNamespaceInUse(key, before);
      if (how.dryRun()) {
        return new Deletion(after, gone);
      }
      if (gone) {
        return new Deletion(commit(Change.Type.DELETED, key, after, before), true);
      }
      if (Grace.isNamespaceInUse(key, before)) {
        after.withObject("/status").put("phase", "Terminating");
      }
      if (ObjectMeta.same(before, after)) {
        return new Deletion(before, false);
      }
      return new Deletion(commit(Change.Type.MODIFIED, key, after, before), false);
    } finally {
      lock.unlock();
    }
  }

  /// Does one round of what the garbage collector and the namespace controller do: objects whose
  /// owners are gone are deleted, owners that wait for their dependents are let go, orphans forget,
  /// namespaces that are being deleted are emptied. Returns how many objects it changed; call it
  /// again until that is 0. Costs nothing when nothing was deleted.
  public int collectGarbage() {
    lock.lock();
    try {
      requireUsable();
      if (!garbage) {
        return 0;
      }
      garbage = false;
      List<ObjectKey> keys = new ArrayList<>();
      objects.values().forEach(some -> keys.addAll(some.keySet()));
      int changed = new GarbageCollector(this, keys).collect();
      garbage |= changed > 0;
      return changed;
    } finally {
      lock.unlock();
    }
  }

  /// Waits until every change so far is on stable storage.
  ///
  /// @throws KubeApiException 503 if one cannot be; the store refuses everything until it can
  public void flush() {
    RecordLog.Ticket last;
    long wanted;
    lock.lock();
    try {
      requireUsable();
      last = lastChange;
      wanted = revision;
      if (last == null || durableRevision == revision) {
        return;
      }
    } finally {
      lock.unlock();
    }
    try {
      last.await();
    } catch (MangruException e) {
      lock.lock();
      try {
        if (durableRevision < wanted) { // else someone else has written it anew meanwhile
          throw broken(e);
        }
      } finally {
        lock.unlock();
      }
    }
  }

  private KubeApiException broken(RuntimeException cause) {
    lock.lock();
    try {
      if (brokenBy == null) {
        brokenBy = cause;
        retryAt = clock.instant().plus(RETRY_AFTER);
        LOG.atError()
            .addKeyValue("cause", cause.getMessage())
            .log("the playground's store cannot be written; it stands still until it can");
      }
      return refusal(brokenBy);
    } finally {
      lock.unlock();
    }
  }

  private static KubeApiException refusal(RuntimeException cause) {
    return KubeApiException.unavailable(
        "the playground's store cannot be written; it is tried again every "
            + RETRY_AFTER.toSeconds()
            + " s: "
            + cause.getMessage());
  }

  // ---- inside ----------------------------------------------------------------------------------

  @GuardedBy("lock")
  private NavigableMap<ObjectKey, ObjectNode> resource(String resource) {
    return objects.computeIfAbsent(resource, _ -> new TreeMap<>());
  }

  @GuardedBy("lock")
  private void requireUsable() {
    if (brokenBy != null && !recovers()) {
      throw refusal(brokenBy);
    }
    if (closed) {
      throw KubeApiException.unavailable("the playground's store is closed");
    }
  }

  /// Tries to write everything anew, if it is time to.
  @GuardedBy("lock")
  private boolean recovers() {
    Journal durable = journal;
    Instant now = clock.instant();
    if (durable == null || closed || now.isBefore(retryAt)) {
      return false;
    }
    retryAt = now.plus(RETRY_AFTER);
    try {
      durable.reopen(revision, objects.values());
    } catch (IOException | MangruException e) {
      LOG.atDebug().setCause(e).log("the playground's store still cannot be written");
      return false;
    }
    brokenBy = null;
    lastChange = null;
    publish(revision);
    LOG.atInfo().addKeyValue("revision", revision).log("the playground's store is written again");
    return true;
  }

  @GuardedBy("lock")
  private void requireReached(long asked) {
    if (asked > revision) {
      throw new KubeApiException(
          504,
          "Timeout",
          "Too large resource version: " + asked + ", current: " + revision,
          JsonNodeFactory.instance.objectNode().put("retryAfterSeconds", 1));
    }
  }

  private static void requireSame(ObjectKey key, ObjectNode before, String uid, String version) {
    if (!version.isEmpty() && !version.equals(ObjectMeta.text(before, "resourceVersion"))) {
      throw KubeApiException.conflict(key.resource(), key.name());
    }
    if (!uid.isEmpty() && !uid.equals(ObjectMeta.uid(before))) {
      throw KubeApiException.conflict(
          key.resource(),
          key.name(),
          "Precondition failed: UID in precondition: %s, UID in object meta: %s"
              .formatted(uid, ObjectMeta.uid(before)));
    }
  }

  private static void requirePrecondition(ObjectKey key, ObjectNode before, DeleteOptions how) {
    if (how.uid() != null && !how.uid().equals(ObjectMeta.uid(before))) {
      requireSame(key, before, how.uid(), "");
    }
    String version = ObjectMeta.text(before, "resourceVersion");
    if (how.resourceVersion() != null && !how.resourceVersion().equals(version)) {
      throw KubeApiException.conflict(
          key.resource(),
          key.name(),
          "Precondition failed: ResourceVersion in precondition: %s, ResourceVersion in object meta:"
                  .formatted(how.resourceVersion())
              + " "
              + version);
    }
  }

  private static void keepSystemFields(ObjectNode before, ObjectNode after) {
    ObjectNode meta = ObjectMeta.of(after);
    for (String field :
        List.of(
            "uid",
            "creationTimestamp",
            "deletionTimestamp",
            "deletionGracePeriodSeconds",
            "generation",
            "resourceVersion")) {
      if (before.path("metadata").has(field)) {
        meta.set(field, before.path("metadata").path(field));
      } else {
        meta.remove(field);
      }
    }
    meta.remove("selfLink");
  }

  private static boolean waitsForKubelet(ObjectKey key, ObjectNode object) {
    return key.resource().equals("pods")
        && object.path("metadata").path("deletionGracePeriodSeconds").asLong(0) > 0;
  }

  /// Makes the change: numbers it, hands it to the journal and shows it.
  @GuardedBy("lock")
  private ObjectNode commit(
      Change.Type type, ObjectKey key, ObjectNode after, @Nullable ObjectNode before) {
    long next = revision + 1;
    ObjectMeta.of(after).put("resourceVersion", Long.toString(next));
    Change change = new Change(next, type, key, after, before);
    Journal durable = journal;
    if (durable == null) {
      apply(change);
      publish(next);
      return after;
    }
    try {
      lastChange =
          durable.submit(
              change,
              () -> {
                if (durableRevision != next - 1) {
                  throw new IllegalStateException(
                      "change " + next + " does not follow " + durableRevision);
                }
                publish(next);
              });
    } catch (MangruException e) {
      throw broken(e);
    }
    apply(change);
    compactIfGrown(durable);
    return after;
  }

  @GuardedBy("lock")
  private void apply(Change change) {
    ObjectKey key = change.key();
    ObjectNode before = change.before();
    if (change.type() == Change.Type.DELETED) {
      resource(key.resource()).remove(key);
      garbage = true;
    } else {
      resource(key.resource()).put(key, change.object());
      garbage |=
          ObjectMeta.deleting(change.object())
              || (before == null
                  ? !ObjectMeta.owners(change.object()).isEmpty()
                  : !ObjectMeta.same(
                      ObjectMeta.owners(before), ObjectMeta.owners(change.object())));
    }
    revision = change.revision();
    history.add(change);
  }

  @GuardedBy("lock")
  private void compactIfGrown(Journal durable) {
    if (!durable.wantsSnapshot(options.compactBytes())) {
      return;
    }
    try {
      durable.snapshot(revision, objects.values());
    } catch (IOException | MangruException e) {
      // What was there before is still whole; it is tried again when the journal has doubled.
      LOG.atWarn()
          .addKeyValue("cause", e.getMessage())
          .log("the playground's journal could not be compacted");
    }
  }

  /// Writes what is queued and closes; wakes who waits for changes.
  @Override
  public void close() throws IOException {
    publishing.lock();
    try {
      closed = true;
      published.signalAll();
    } finally {
      publishing.unlock();
    }
    Journal durable = journal;
    if (durable != null) {
      durable.close();
    }
  }
}
