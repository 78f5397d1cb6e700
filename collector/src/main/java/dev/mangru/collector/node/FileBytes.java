package dev.mangru.collector.node;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// The content of one small file and a place in it, reused from file to file. Numbers and words are
/// read from the bytes, without a string for each. Confined to one thread.
final class FileBytes {

  /// A file under `/proc` or `/sys` that is larger than this is not what we think it is.
  private static final int MAX_BYTES = 16 << 20;

  private ByteBuffer buffer = ByteBuffer.allocate(64 << 10);
  private int at;

  /// The kernel fills a page at a time, and leaves a record that does not fit for the next read.
  /// Where records are short, less than half a page is therefore all there is.
  private static final int SURELY_ALL = 2048;

  /// Takes the content of an open file, from its start.
  ///
  /// @param shortRecords whether no line of the file is longer than 2 KiB; saves asking for the
  ///   end, for which the kernel writes the whole content again
  /// @throws IOException when it cannot be read, or is larger than 16 MiB
  void load(FileChannel channel, Path path, boolean shortRecords) throws IOException {
    while (true) {
      buffer.clear();
      int read = 0;
      while (read >= 0 && buffer.hasRemaining()) {
        read = channel.read(buffer, buffer.position());
        if (shortRecords && buffer.position() < SURELY_ALL) {
          break;
        }
      }
      if (buffer.hasRemaining()) {
        buffer.flip();
        at = 0;
        return;
      }
      if (buffer.capacity() >= MAX_BYTES) {
        throw new IOException(path + " is larger than " + MAX_BYTES + " bytes");
      }
      buffer = ByteBuffer.allocate(buffer.capacity() * 2);
    }
  }

  /// Opens, takes and closes a file; false where there is none.
  boolean load(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      load(channel, path, false);
      return true;
    } catch (NoSuchFileException | NotDirectoryException _) {
      return false;
    }
  }

  /// Whether bytes are left.
  boolean hasMore() {
    return at < buffer.limit();
  }

  /// Whether the current line has no byte left.
  boolean atLineEnd() {
    return at >= buffer.limit() || buffer.get(at) == '\n';
  }

  /// Goes to the byte after the next line break.
  void nextLine() {
    while (!atLineEnd()) {
      at++;
    }
    at++;
  }

  /// Goes over spaces and tabs.
  void skipBlanks() {
    while (at < buffer.limit() && isBlank(buffer.get(at))) {
      at++;
    }
  }

  /// Goes over blanks and one word.
  void skipWord() {
    skipBlanks();
    while (at < buffer.limit() && isWord(buffer.get(at))) {
      at++;
    }
  }

  /// The next word of the line; empty at its end.
  String word() {
    skipBlanks();
    int from = at;
    while (at < buffer.limit() && isWord(buffer.get(at))) {
      at++;
    }
    return new String(buffer.array(), from, at - from, StandardCharsets.UTF_8);
  }

  /// The bytes up to `end` or the end of the line, without `end`, which is stepped over.
  String upTo(char end) {
    int from = at;
    while (!atLineEnd() && buffer.get(at) != end) {
      at++;
    }
    String text = new String(buffer.array(), from, at - from, StandardCharsets.UTF_8);
    if (!atLineEnd()) {
      at++;
    }
    return text;
  }

  /// The rest of the line without blanks around it; goes to the next line.
  String line() {
    String text = upTo('\n').strip();
    at++;
    return text;
  }

  /// Steps over `word` if it comes next as a whole word.
  boolean skipIf(String word) {
    skipBlanks();
    int end = at + word.length();
    if (end > buffer.limit() || (end < buffer.limit() && isWord(buffer.get(end)))) {
      return false;
    }
    return skipIfStarts(word);
  }

  /// Steps over `prefix` if it comes next.
  boolean skipIfStarts(String prefix) {
    if (at + prefix.length() > buffer.limit()) {
      return false;
    }
    for (int i = 0; i < prefix.length(); i++) {
      if (buffer.get(at + i) != prefix.charAt(i)) {
        return false;
      }
    }
    at += prefix.length();
    return true;
  }

  /// The next number without sign or fraction; -1 where none comes next or it does not fit. Steps
  /// over its digits.
  long number() {
    skipBlanks();
    int from = at;
    long value = 0;
    boolean fits = true;
    while (at < buffer.limit() && buffer.get(at) >= '0' && buffer.get(at) <= '9') {
      int digit = buffer.get(at++) - '0';
      fits &= value <= (Long.MAX_VALUE - digit) / 10;
      value = value * 10 + digit;
    }
    return at > from && fits ? value : -1;
  }

  /// The next word as a number with sign and fraction; NaN where it is none.
  double decimal() {
    String word = word();
    try {
      return Double.parseDouble(word);
    } catch (NumberFormatException _) {
      return Double.NaN; // “Unknown”, which callers do not send.
    }
  }

  /// How many lines there are from here on.
  int countLines() {
    int lines = 0;
    for (int i = at; i < buffer.limit(); i++) {
      if (buffer.get(i) == '\n') {
        lines++;
      }
    }
    return lines;
  }

  private static boolean isBlank(byte c) {
    return c == ' ' || c == '\t';
  }

  private static boolean isWord(byte c) {
    return c != ' ' && c != '\t' && c != '\n';
  }
}
