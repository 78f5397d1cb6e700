package dev.mangru.server.cli;

import dev.mangru.alerts.mute.Silences;
import dev.mangru.alerts.notify.Notifier;
import dev.mangru.alerts.state.AlertJournal;
import dev.mangru.model.disk.CheckReport;
import dev.mangru.model.disk.Disk;
import dev.mangru.model.disk.RecordLog;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.tsdb.exemplar.Exemplars;
import dev.mangru.tsdb.metadata.Metadata;
import dev.mangru.tsdb.tenant.TenantStores;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// How one journal of a data directory is checked: every record's checksum, what its module makes
/// of the records, and the end of the last segment.
///
/// @param path below the data directory, with `/`
/// @param meaning what the module says
record JournalCheck(String path, Meaning meaning) {

  /// Every journal that Mangru writes as a [RecordLog] of its own.
  static final List<JournalCheck> ALL =
      List.of(
          new JournalCheck("exemplars", Exemplars::check),
          new JournalCheck("metadata", Metadata::check),
          new JournalCheck("tenants/names", TenantStores::check),
          new JournalCheck("alerts/states", AlertJournal::check),
          new JournalCheck("alerts/silences", Silences::check),
          new JournalCheck("alerts/notifications", Notifier::check),
          new JournalCheck("decisions/decisions", JournalCheck::nothing),
          new JournalCheck("decisions/memory", JournalCheck::nothing),
          new JournalCheck("playground/objects", JournalCheck::nothing));

  /// The journals in the folder of a tenant.
  static final List<JournalCheck> OF_TENANT =
      List.of(
          new JournalCheck("exemplars", Exemplars::check),
          new JournalCheck("metadata", Metadata::check));

  /// The bytes of a segment before its first record, as in `FORMAT.md` of [RecordLog].
  private static final int SEGMENT_HEADER_BYTES = 8;

  /// What a module makes of its records.
  @FunctionalInterface
  interface Meaning {

    /// Reads without changing anything.
    CheckReport check(Disk disk, Path directory) throws IOException;
  }

  private static CheckReport nothing(Disk disk, Path directory) {
    return new CheckReport(List.of(), List.of());
  }

  /// Checks the journal in the data directory `data`.
  CheckReport check(Disk disk, Path data) throws IOException {
    Path directory = data.resolve(path);
    List<String> checked = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    TreeMap<Long, Long> ends = new TreeMap<>();
    long[] records = new long[1];
    try {
      RecordLog.read(
          disk,
          directory,
          (position, payload) -> {
            records[0]++;
            ends.put(
                position.segment(),
                position.offset() + RecordLog.RECORD_HEADER_BYTES + payload.remaining());
          });
      checked.add("%,d records".formatted(records[0]));
      checkEnd(disk, directory, ends, checked, problems);
    } catch (CorruptDataException e) {
      problems.add(String.valueOf(e.getMessage()));
    }
    CheckReport meant = meaning.check(disk, directory);
    checked.addAll(meant.checked());
    meant.problems().stream().filter(each -> !problems.contains(each)).forEach(problems::add);
    return new CheckReport(checked, problems);
  }

  /// After the last whole record there may be a part of one that a crash tore; a record that is all
  /// there and does not check is damaged.
  private static void checkEnd(
      Disk disk,
      Path directory,
      TreeMap<Long, Long> ends,
      List<String> checked,
      List<String> problems)
      throws IOException {
    List<Path> segments =
        disk.list(directory).stream()
            .filter(file -> file.getFileName().toString().matches("\\d{8}\\.log"))
            .toList();
    for (Path segment : segments) {
      String name = segment.getFileName().toString();
      long number = Long.parseLong(name.substring(0, name.length() - ".log".length()));
      long end = ends.getOrDefault(number, (long) SEGMENT_HEADER_BYTES);
      try (Disk.ReadableFile file = disk.open(segment)) {
        long rest = file.length() - end;
        if (rest <= 0) {
          continue;
        }
        if (rest >= RecordLog.RECORD_HEADER_BYTES) {
          ByteBuffer header =
              ByteBuffer.allocate(RecordLog.RECORD_HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
          file.readFully(end, header);
          int size = header.getInt(0) & Integer.MAX_VALUE; // the highest bit says something else
          if (size > 0 && size <= rest - RecordLog.RECORD_HEADER_BYTES) {
            CorruptDataException damaged =
                new CorruptDataException(
                    segment,
                    end,
                    "a record of " + size + " bytes that matches its checksum",
                    "another checksum; it and the " + rest + " bytes from here on would be lost");
            problems.add(String.valueOf(damaged.getMessage()));
            continue;
          }
        }
        checked.add(
            "%s ends with %,d bytes of a record that a crash tore; the next start cuts them off"
                .formatted(segment, rest));
      }
    }
  }
}
