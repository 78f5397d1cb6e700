package dev.mangru.tsdb.tenant;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.TenantMetrics;
import dev.mangru.tsdb.Tsdb;
import dev.mangru.tsdb.TsdbAdmin;
import dev.mangru.tsdb.exemplar.Exemplars;
import dev.mangru.tsdb.metadata.Metadata;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One tenant's place: its stores while they are open, and who uses them. Thread-safe.
final class TenantSlot {

  private static final Logger LOG = LoggerFactory.getLogger(TenantSlot.class);

  private final Disk disk;
  private final Path folder;
  private final String name;
  private final TenantStores.Settings settings;
  private final InstantSource clock;

  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by lock.
  private @Nullable Opened opened;
  private int users;
  private Instant lastUsed;
  private Instant lastCompacted;
  private boolean closed;

  private record Opened(Tsdb tsdb, Exemplars exemplars, Metadata metadata, OneTenant metrics) {

    void close() {
      try {
        exemplars.close();
        metadata.close();
      } finally {
        tsdb.close();
      }
    }
  }

  TenantSlot(
      Disk disk, Path folder, String name, TenantStores.Settings settings, InstantSource clock) {
    this.disk = disk;
    this.folder = folder;
    this.name = name;
    this.settings = settings;
    this.clock = clock;
    this.lastUsed = clock.instant();
    this.lastCompacted = lastUsed;
  }

  /// The tenant's metrics, opened if they are not, until they are closed by the caller.
  ///
  /// @throws MangruException `UNAVAILABLE` if they cannot be opened
  TenantMetrics acquire() {
    lock.lock();
    try {
      Opened open = opened();
      users++;
      AtomicBoolean released = new AtomicBoolean();
      return open.metrics()
          .releasedBy(() -> {
            if (released.compareAndSet(false, true)) {
              release();
            }
          });
    } finally {
      lock.unlock();
    }
  }

  private void release() {
    lock.lock();
    try {
      users--;
      lastUsed = clock.instant();
    } finally {
      lock.unlock();
    }
  }

  private Opened opened() {
    Opened open = opened;
    if (open != null) {
      return open;
    }
    if (closed) {
      throw new MangruException(ErrorCode.UNAVAILABLE, "the tenants' stores are closed");
    }
    try {
      open = open();
    } catch (IOException e) {
      throw new MangruException(
          ErrorCode.UNAVAILABLE, "the store of tenant " + name + " cannot be opened: " + e, e);
    }
    opened = open;
    lastUsed = clock.instant();
    LOG.atInfo().addKeyValue("tenant", name).addKeyValue("folder", folder).log("store opened");
    return open;
  }

  private Opened open() throws IOException {
    Tsdb tsdb = Tsdb.open(settings.options().apply(name, folder.resolve("metrics")), clock, disk);
    Exemplars exemplars = null;
    Metadata metadata = null;
    Opened whole = null;
    try {
      exemplars =
          Exemplars.open(disk, folder.resolve("exemplars"), settings.exemplars().apply(name));
      metadata = Metadata.open(disk, folder.resolve("metadata"), settings.metadata());
      tsdb.share(settings.budget(), false);
      whole =
          new Opened(
              tsdb,
              exemplars,
              metadata,
              new OneTenant(
                  tsdb,
                  settings.queries().apply(tsdb),
                  exemplars,
                  metadata,
                  Optional.of(new TsdbAdmin(tsdb, clock, new SecureRandom())),
                  () -> {}));
      return whole;
    } finally {
      if (whole == null) {
        if (exemplars != null) {
          exemplars.close();
        }
        if (metadata != null) {
          metadata.close();
        }
        tsdb.close();
      }
    }
  }

  boolean isOpen() {
    lock.lock();
    try {
      return opened != null;
    } finally {
      lock.unlock();
    }
  }

  /// Seals what is due, if the store is open.
  void seal(Instant now) throws IOException {
    Opened open = use(false);
    if (open != null) {
      try {
        open.tsdb().sealIfDue(now);
      } finally {
        endUse();
      }
    }
  }

  /// Merges and drops what is due, and closes the store if nobody has asked for it.
  ///
  /// @param round a store that is closed is opened when it was compacted that long ago
  void compact(Instant now, Duration idle, Duration round) throws IOException {
    Opened open = use(roundIsDue(now, round));
    if (open == null) {
      return;
    }
    try {
      open.tsdb().compactIfDue(now);
    } finally {
      endUse();
    }
    compacted(now);
    if (isIdle(now, idle)) {
      open.tsdb().sealAll(now); // the next start has nothing to replay
      closeIfIdle(now, idle);
    }
  }

  private boolean roundIsDue(Instant now, Duration round) {
    lock.lock();
    try {
      return Duration.between(lastCompacted, now).compareTo(round) >= 0;
    } finally {
      lock.unlock();
    }
  }

  private void compacted(Instant now) {
    lock.lock();
    try {
      lastCompacted = now;
    } finally {
      lock.unlock();
    }
  }

  /// Keeps the store from being closed, without counting as interest in it.
  private @Nullable Opened use(boolean open) {
    lock.lock();
    try {
      if (closed || (opened == null && !open)) {
        return null;
      }
      Opened found = opened();
      users++;
      return found;
    } finally {
      lock.unlock();
    }
  }

  private void endUse() {
    lock.lock();
    try {
      users--;
    } finally {
      lock.unlock();
    }
  }

  private boolean isIdle(Instant now, Duration idle) {
    lock.lock();
    try {
      return opened != null && users == 0 && Duration.between(lastUsed, now).compareTo(idle) >= 0;
    } finally {
      lock.unlock();
    }
  }

  private void closeIfIdle(Instant now, Duration idle) {
    lock.lock();
    try {
      Opened open = opened;
      if (open != null && isIdle(now, idle)) {
        opened = null;
        open.close();
        LOG.atInfo().addKeyValue("tenant", name).log("store closed, nobody has asked for it");
      }
    } finally {
      lock.unlock();
    }
  }

  void close() {
    lock.lock();
    try {
      closed = true;
      Opened open = opened;
      opened = null;
      if (open != null) {
        open.close();
      }
    } finally {
      lock.unlock();
    }
  }
}
