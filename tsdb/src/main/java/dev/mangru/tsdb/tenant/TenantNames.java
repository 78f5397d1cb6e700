package dev.mangru.tsdb.tenant;

import dev.mangru.model.disk.CheckReport;
import dev.mangru.model.disk.Disk;
import dev.mangru.model.disk.RecordLog;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Tenants;
import dev.mangru.tsdb.codec.ByteReader;
import dev.mangru.tsdb.codec.ByteWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Which number each tenant has, for ever. Confined to one thread at a time. FORMAT.md draws the
/// bytes.
final class TenantNames implements AutoCloseable {

  private static final int VERSION = 1;
  private static final int FOLDER_DIGITS = 6;
  private static final long SEGMENT_BYTES = 1 << 20;

  private final Map<String, Integer> numbers;
  private final RecordLog log;

  private TenantNames(Map<String, Integer> numbers, RecordLog log) {
    this.numbers = numbers;
    this.log = log;
  }

  /// @param stores holds the tenants' numbered folders
  /// @throws CorruptDataException if a name cannot be read, or a tenant's folder has none
  static TenantNames open(Disk disk, Path folder, Path stores) throws IOException {
    Map<String, Integer> numbers = new LinkedHashMap<>();
    RecordLog.read(disk, folder, (position, payload) -> apply(folder, position, payload, numbers));
    checkFolders(disk, stores, folder, numbers.size());
    numbers.clear();
    RecordLog log =
        RecordLog.open(
            disk,
            folder,
            "tenants",
            SEGMENT_BYTES,
            (position, payload) -> apply(folder, position, payload, numbers));
    return new TenantNames(numbers, log);
  }

  /// The numbers by name, read without taking the log: a server may hold it.
  static Map<String, Integer> read(Disk disk, Path folder) throws IOException {
    Map<String, Integer> numbers = new LinkedHashMap<>();
    RecordLog.read(disk, folder, (position, payload) -> apply(folder, position, payload, numbers));
    return numbers;
  }

  /// A record is on stable storage before its folder is made, so a folder without one means that a
  /// record was lost, though the log looks as if its last write had been torn: its number must not
  /// be given to another tenant.
  private static void checkFolders(Disk disk, Path stores, Path names, int count)
      throws IOException {
    if (!disk.exists(stores)) {
      return;
    }
    for (Path store : disk.list(stores)) {
      String number = String.valueOf(store.getFileName());
      if (number.length() == FOLDER_DIGITS
          && number.chars().allMatch(c -> c >= '0' && c <= '9')
          && Integer.parseInt(number) > count) {
        throw new CorruptDataException(
            names, 0, "the name of tenant " + number, "names of " + count + " tenants");
      }
    }
  }

  /// The name of the folder of a number.
  static String folderName(int number) {
    return "%06d".formatted(number);
  }

  static CheckReport check(Disk disk, Path folder) throws IOException {
    Map<String, Integer> numbers = new LinkedHashMap<>();
    try {
      RecordLog.read(
          disk, folder, (position, payload) -> apply(folder, position, payload, numbers));
      Path stores = folder.getParent();
      if (stores != null) {
        checkFolders(disk, stores, folder, numbers.size());
      }
      return new CheckReport(List.of("%,d tenants".formatted(numbers.size())), List.of());
    } catch (CorruptDataException e) {
      return new CheckReport(List.of(), List.of(String.valueOf(e.getMessage())));
    }
  }

  private static void apply(
      Path folder, RecordLog.Position position, ByteBuffer payload, Map<String, Integer> numbers)
      throws CorruptDataException {
    byte[] copy = new byte[payload.remaining()];
    payload.get(payload.position(), copy);
    ByteReader in =
        new ByteReader(
            copy,
            folder.resolve("%08d.log".formatted(position.segment())),
            position.offset() + RecordLog.RECORD_HEADER_BYTES);
    int version = in.u8();
    if (version != VERSION) {
      throw in.corrupt("version " + VERSION, String.valueOf(version));
    }
    long number = in.varint();
    if (number != numbers.size() + 1) {
      throw in.corrupt("tenant number " + (numbers.size() + 1), String.valueOf(number));
    }
    String name = in.text();
    try {
      if (numbers.putIfAbsent(Tenants.checked(name), (int) number) != null) {
        throw in.corrupt("a new name", name);
      }
    } catch (MangruException e) {
      throw in.corrupt("a tenant's name", e.text());
    }
  }

  Map<String, Integer> all() {
    return numbers;
  }

  /// Gives a new tenant the next number, durably.
  int add(String name) {
    int number = numbers.size() + 1;
    log.append(new ByteWriter(80).u8(VERSION).varint(number).text(name).toBuffer());
    numbers.put(name, number);
    return number;
  }

  @Override
  public void close() {
    log.close();
  }
}
