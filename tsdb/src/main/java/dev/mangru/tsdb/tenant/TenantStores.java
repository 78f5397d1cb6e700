package dev.mangru.tsdb.tenant;

import dev.mangru.model.disk.CheckReport;
import dev.mangru.model.disk.Disk;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.MetricQuery;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.metric.TenantMetrics;
import dev.mangru.model.metric.Tenants;
import dev.mangru.tsdb.MemoryBudget;
import dev.mangru.tsdb.TsdbOptions;
import dev.mangru.tsdb.exemplar.Exemplars;
import dev.mangru.tsdb.metadata.Metadata;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Every tenant's metrics. Thread-safe.
///
/// `anonymous` has the store that Mangru's own parts use too; it is open all the time and belongs
/// to whoever made it. Every other tenant has a store in a numbered folder, opened when somebody
/// asks for it and closed when nobody has for a while. The names are in a log of their own, and are
/// never part of a path.
///
/// The owner calls [#seal] and [#compact] every few seconds, from a thread each. A store that is
/// closed is opened once a day for the sake of its retention.
public final class TenantStores implements Tenants, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(TenantStores.class);

  private static final Duration RETENTION_ROUND = Duration.ofDays(1);

  private final Disk disk;
  private final Path folder;
  private final Settings settings;
  private final OneTenant anonymous;
  private final InstantSource clock;
  private final OneTenant nothing;

  private final ReentrantLock naming = new ReentrantLock();
  private final @Nullable TenantNames names; // guarded by naming; null if there is one tenant only
  private final Map<String, TenantSlot> slots = new ConcurrentSkipListMap<>();
  private boolean closed; // guarded by naming

  /// How tenants are kept.
  ///
  /// @param enabled whether there may be any but `anonymous`
  /// @param maxTenants of them, `anonymous` not counted
  /// @param idle how long nobody has asked for a store when it is closed
  /// @param options a store's options by tenant and directory
  /// @param exemplars limits of exemplars by tenant
  /// @param metadata limits of metadata of each tenant
  /// @param queries makes queries of a store
  /// @param budget that the stores of all tenants share
  public record Settings(
      boolean enabled,
      int maxTenants,
      Duration idle,
      BiFunction<String, Path, TsdbOptions> options,
      Function<String, Exemplars.Limits> exemplars,
      Metadata.Limits metadata,
      Function<MetricStore, MetricQuery> queries,
      MemoryBudget budget) {

    public Settings {
      if (maxTenants < 0 || idle.isNegative()) {
        throw new IllegalArgumentException(
            "limits of tenants must not be negative: " + maxTenants + " tenants, idle " + idle);
      }
    }
  }

  private TenantStores(
      Disk disk,
      Path folder,
      Settings settings,
      OneTenant anonymous,
      InstantSource clock,
      @Nullable TenantNames names) {
    this.disk = disk;
    this.folder = folder;
    this.settings = settings;
    this.anonymous = anonymous;
    this.clock = clock;
    this.names = names;
    Nothing empty = new Nothing();
    this.nothing =
        new OneTenant(
            empty, settings.queries().apply(empty), empty, empty, Optional.empty(), () -> {});
    if (names != null) {
      names.all().forEach((name, number) -> slots.put(name, slot(name, number)));
    }
  }

  /// Reads which tenants there are; opens no store.
  ///
  /// @param folder holds everything but `anonymous`; made if there may be tenants
  /// @param anonymous the metrics of who has no other name; not closed by this
  /// @throws IOException if the disk fails; a [dev.mangru.model.error.CorruptDataException] if the
  ///   names are damaged
  public static TenantStores open(
      Disk disk, Path folder, Settings settings, OneTenant anonymous, InstantSource clock)
      throws IOException {
    TenantNames names =
        settings.enabled() ? TenantNames.open(disk, folder.resolve("names"), folder) : null;
    return new TenantStores(disk, folder, settings, anonymous, clock, names);
  }

  /// The folder with the stores of a tenant who has a number, if there is one. Changes nothing.
  ///
  /// @param folder as in [#open]
  /// @throws MangruException `BAD_DATA` if it is no tenant's name
  public static Optional<Path> find(Disk disk, Path folder, String tenant) throws IOException {
    Integer number = TenantNames.read(disk, folder.resolve("names")).get(Tenants.checked(tenant));
    return Optional.ofNullable(number).map(TenantNames::folderName).map(folder::resolve);
  }

  /// As [#find], and gives the tenant a number if it has none; for who holds the data directory and
  /// runs no server.
  public static Path findOrAdd(Disk disk, Path folder, String tenant) throws IOException {
    String name = Tenants.checked(tenant);
    try (TenantNames names = TenantNames.open(disk, folder.resolve("names"), folder)) {
      Integer known = names.all().get(name);
      int number = known == null ? names.add(name) : known;
      return folder.resolve(TenantNames.folderName(number));
    }
  }

  /// Reads the names without changing them, for checks.
  public static CheckReport check(Disk disk, Path names) throws IOException {
    return TenantNames.check(disk, names);
  }

  private TenantSlot slot(String name, int number) {
    return new TenantSlot(
        disk, folder.resolve(TenantNames.folderName(number)), name, settings, clock);
  }

  @Override
  public TenantMetrics forWriting(String tenant) {
    if (Tenants.checked(tenant).equals(ANONYMOUS)) {
      return anonymous;
    }
    TenantSlot slot = slots.get(tenant);
    return (slot == null ? add(tenant) : slot).acquire();
  }

  @Override
  public TenantMetrics forReading(String tenant) {
    if (Tenants.checked(tenant).equals(ANONYMOUS)) {
      return anonymous;
    }
    TenantSlot slot = slots.get(tenant);
    return slot == null ? nothing : slot.acquire();
  }

  private TenantSlot add(String tenant) {
    naming.lock();
    try {
      TenantSlot there = slots.get(tenant);
      if (there != null) {
        return there;
      }
      if (names == null) {
        throw MangruException.badData(
            "there is no tenant but "
                + ANONYMOUS
                + " here; set mangru.tenants.enabled: true to have others");
      }
      if (closed) {
        throw new MangruException(ErrorCode.UNAVAILABLE, "the tenants' stores are closed");
      }
      if (slots.size() >= settings.maxTenants()) {
        throw new MangruException(
            ErrorCode.OVERLOADED,
            "there are "
                + slots.size()
                + " tenants, as many as there may be; raise mangru.tenants.max to take "
                + tenant
                + " in");
      }
      TenantSlot added = slot(tenant, names.add(tenant));
      slots.put(tenant, added);
      LOG.atInfo().addKeyValue("tenant", tenant).log("a tenant wrote for the first time");
      return added;
    } finally {
      naming.unlock();
    }
  }

  // ---- looking after them ----------------------------------------------------------------------

  /// Seals what is due in every open store.
  ///
  /// @throws IOException the first failure, after all had their turn
  public void seal(Instant now) throws IOException {
    each(slot -> slot.seal(now));
  }

  /// Merges and drops what is due in every open store, closes those that nobody has asked for, and
  /// opens those whose day it is.
  ///
  /// @throws IOException the first failure, after all had their turn
  public void compact(Instant now) throws IOException {
    each(slot -> slot.compact(now, settings.idle(), RETENTION_ROUND));
  }

  @FunctionalInterface
  private interface Work {
    void on(TenantSlot slot) throws IOException;
  }

  private void each(Work work) throws IOException {
    List<Exception> failures = new ArrayList<>();
    for (TenantSlot slot : slots.values()) {
      try {
        work.on(slot);
      } catch (IOException | RuntimeException e) { // one tenant's trouble is not the others'
        failures.add(e);
      }
    }
    if (!failures.isEmpty()) {
      IOException first = new IOException(failures.getFirst().toString());
      failures.forEach(first::addSuppressed);
      throw first;
    }
  }

  // ---- what it tells ---------------------------------------------------------------------------

  /// The tenants that have written, `anonymous` excepted.
  public Collection<String> names() {
    return List.copyOf(slots.keySet());
  }

  /// Stores that are open, that of `anonymous` not counted.
  public long openStores() {
    return slots.values().stream().filter(TenantSlot::isOpen).count();
  }

  private static void closeAll(List<TenantSlot> slots) {
    RuntimeException first = null;
    for (TenantSlot slot : slots) {
      try {
        slot.close();
      } catch (RuntimeException e) {
        first = first == null ? e : first;
      }
    }
    if (first != null) {
      throw first;
    }
  }

  /// Closes all stores but that of `anonymous`. Leases that are open see closed stores.
  @Override
  public void close() {
    naming.lock();
    try {
      closed = true; // no slot is added from here on
      if (names != null) {
        names.close();
      }
    } finally {
      naming.unlock();
    }
    closeAll(List.copyOf(slots.values()));
  }
}
