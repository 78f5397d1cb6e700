package dev.mangru.collector.tail;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.error.CorruptDataException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/// Reads and writes the positions file whole; `FORMAT.md` draws it. Replaced by writing a new file,
/// syncing it and renaming it, so that a crash leaves the old or the new one. Confined to whoever
/// holds the [PositionBook]'s save lock.
final class PositionFile {

  /// What a file holds.
  ///
  /// @param firstStartMs when this folder's tailer first started, milliseconds since the epoch
  record Content(long firstStartMs, List<Position> positions) {
    Content {
      positions = List.copyOf(positions);
    }
  }

  static final String NAME = "positions";
  private static final String MAGIC = "mangru-positions 1";
  private static final String CRC_WORD = "crc32c ";
  private static final int FIELDS = 11;

  /// More than a million files' worth; a larger file is not ours.
  private static final long MAX_BYTES = 1L << 28;

  private final Disk disk;
  private final Path file;

  PositionFile(Disk disk, Path directory) {
    this.disk = disk;
    this.file = directory.resolve(NAME);
  }

  boolean exists() {
    return disk.exists(file);
  }

  /// @throws CorruptDataException if the file is not what was written
  Content load() throws IOException {
    byte[] bytes;
    try (Disk.ReadableFile readable = disk.open(file)) {
      long length = readable.length();
      if (length > MAX_BYTES) {
        throw new CorruptDataException(file, 0, "at most " + MAX_BYTES + " bytes", length + "");
      }
      ByteBuffer buffer = ByteBuffer.allocate((int) length);
      readable.readFully(0, buffer);
      bytes = buffer.array();
    }
    String text = new String(bytes, StandardCharsets.UTF_8);
    int crcAt = text.lastIndexOf(CRC_WORD);
    if (crcAt < 0 || !text.startsWith(MAGIC + "\n")) {
      throw new CorruptDataException(file, 0, "\"" + MAGIC + "\" and a checksum", "something else");
    }
    byte[] body = text.substring(0, crcAt).getBytes(StandardCharsets.UTF_8);
    String expected = hex(Fingerprint.of(body, 0, body.length).crc());
    String found = text.substring(crcAt + CRC_WORD.length()).strip();
    if (!found.equals(expected)) {
      throw new CorruptDataException(file, body.length, CRC_WORD + expected, found);
    }
    try {
      return parse(text.substring(0, crcAt));
    } catch (IllegalArgumentException e) {
      throw new CorruptDataException(file, 0, "version 1 lines", String.valueOf(e.getMessage()));
    }
  }

  private static Content parse(String body) {
    String[] lines = body.split("\n", -1);
    long firstStartMs = Long.parseLong(lines[1].substring("first-start ".length()));
    List<Position> positions = new ArrayList<>();
    for (int i = 2; i < lines.length - 1; i++) {
      String[] f = lines[i].split(" ", -1);
      if (f.length != FIELDS) {
        throw new IllegalArgumentException("line " + (i + 1) + " has " + f.length + " fields");
      }
      positions.add(
          new Position(
              Path.of(unescape(f[9])),
              Path.of(unescape(f[10])),
              unescape(f[8]),
              Long.parseLong(f[0]),
              f[1].equals("s"),
              new Fingerprint(Integer.parseInt(f[2]), Integer.parseUnsignedInt(f[3], 16)),
              new Fingerprint(Integer.parseInt(f[4]), Integer.parseUnsignedInt(f[5], 16)),
              Long.parseLong(f[6]),
              Long.parseLong(f[7])));
    }
    return new Content(firstStartMs, positions);
  }

  /// Durable when this returns.
  void save(long firstStartMs, Collection<Position> positions) throws IOException {
    StringBuilder text = new StringBuilder(64 + positions.size() * 160);
    text.append(MAGIC).append("\nfirst-start ").append(firstStartMs).append('\n');
    for (Position p : positions) {
      text.append(p.offset()).append(p.skipping() ? " s " : " - ");
      text.append(p.head().length()).append(' ').append(hex(p.head().crc())).append(' ');
      text.append(p.before().length()).append(' ').append(hex(p.before().crc())).append(' ');
      text.append(p.sizeBytes()).append(' ').append(p.seenMs()).append(' ');
      escape(p.fileKey(), text).append(' ');
      escape(p.path().toString(), text).append(' ');
      escape(p.origin().toString(), text).append('\n');
    }
    byte[] body = text.toString().getBytes(StandardCharsets.UTF_8);
    String trailer = CRC_WORD + hex(Fingerprint.of(body, 0, body.length).crc()) + "\n";
    Path temporary = file.resolveSibling(NAME + ".tmp");
    disk.delete(temporary);
    try (Disk.WritableFile writable = disk.create(temporary)) {
      writable.write(ByteBuffer.wrap(body));
      writable.write(ByteBuffer.wrap(trailer.getBytes(StandardCharsets.UTF_8)));
      writable.sync();
    }
    disk.rename(temporary, file);
    disk.syncDirectory(parent());
  }

  /// Moves a damaged file out of the way, for people to look at.
  Path setAside(long nowMs) throws IOException {
    Path aside = file.resolveSibling(NAME + ".corrupt-" + nowMs);
    disk.rename(file, aside);
    disk.syncDirectory(parent());
    return aside;
  }

  private Path parent() {
    Path parent = file.getParent();
    return parent == null ? Path.of(".") : parent;
  }

  private static String hex(int value) {
    return String.format("%08x", value);
  }

  /// Percent-encodes what would break a line of fields.
  private static StringBuilder escape(String value, StringBuilder text) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c <= ' ' || c == '%' || c == 0x7f) {
        text.append(String.format("%%%02x", (int) c));
      } else {
        text.append(c);
      }
    }
    return text;
  }

  private static String unescape(String value) {
    StringBuilder text = new StringBuilder(value.length());
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '%') {
        text.append((char) Integer.parseInt(value, i + 1, i + 3, 16));
        i += 2;
      } else {
        text.append(c);
      }
    }
    return text.toString();
  }
}
