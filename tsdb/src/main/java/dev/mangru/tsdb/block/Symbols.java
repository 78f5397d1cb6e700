package dev.mangru.tsdb.block;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import dev.mangru.model.metric.Labels;
import dev.mangru.tsdb.block.Footer.Section;
import dev.mangru.tsdb.codec.ByteReader;
import dev.mangru.tsdb.codec.SegmentReader;
import java.io.IOException;
import java.lang.ref.SoftReference;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// The texts of a block, sorted by UTF-8 and called by their place. Thread-safe.
///
/// Pages are unpacked when needed and kept up to [#KEPT_BYTES], less when the heap is short; as
/// long as a page is kept, a symbol is the same String object every time, so that comparing labels
/// is comparing pointers.
final class Symbols {

  /// Heap for unpacked pages. Chosen: the texts of three million series of the bench, where those
  /// of 100,000 were measured to take 1 MiB.
  private static final long KEPT_BYTES = 32L << 20;

  /// Far above what a page of 256 label values of the allowed sizes takes.
  private static final int MAX_PAGE_BYTES = 64 << 20;

  private static final int PAGE_RECORD_BYTES = 16;

  private final SealedFile file;
  private final Section directory;
  private final Section packed;
  private final int count;
  private final int pageCount;
  private final AtomicReferenceArray<@Nullable SoftReference<String[]>> pages;
  private final AtomicLong kept = new AtomicLong();

  Symbols(SealedFile file) throws IOException {
    this.file = file;
    this.directory = file.section(BlockSections.SYMBOLS);
    this.packed = file.section(BlockSections.SYMBOL_PAGES);
    file.verify(directory);
    this.count = int32(0);
    this.pageCount = int32(4);
    int wanted =
        (int) (((long) count + IndexWriter.SYMBOLS_PER_PAGE - 1) / IndexWriter.SYMBOLS_PER_PAGE);
    if (count < 0
        || pageCount != wanted
        || directory.length() < 8L + (pageCount + 1L) * PAGE_RECORD_BYTES) {
      throw file.corrupt(
          directory.offset(), "a directory of symbols", count + " in " + pageCount + " pages");
    }
    this.pages = new AtomicReferenceArray<>(pageCount);
  }

  private int int32(long at) throws IOException {
    if (at + 4 > directory.length()) {
      throw file.corrupt(directory.offset(), "at least " + (at + 4) + " bytes", "fewer");
    }
    return file.segment().get(SegmentReader.INT, directory.offset() + at);
  }

  int count() {
    return count;
  }

  /// Bytes of heap, at most, about.
  long bytes() {
    return kept.get() + 8L * pageCount;
  }

  /// The text of a symbol.
  String text(int symbol) throws IOException {
    if (symbol < 0 || symbol >= count) {
      throw file.corrupt(directory.offset(), "a symbol below " + count, "" + symbol);
    }
    return page(symbol / IndexWriter.SYMBOLS_PER_PAGE)[symbol % IndexWriter.SYMBOLS_PER_PAGE];
  }

  /// The symbol of a text, or -1 - the place where it would be.
  int find(String text) throws IOException {
    byte[] wanted = text.getBytes(StandardCharsets.UTF_8);
    int low = 0;
    int high = pageCount;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (Arrays.compareUnsigned(first(middle), wanted) <= 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    if (low == 0) {
      return -1;
    }
    int page = low - 1;
    int base = page * IndexWriter.SYMBOLS_PER_PAGE;
    int at = Arrays.binarySearch(page(page), text, Labels::compareUtf8);
    return at >= 0 ? base + at : at - base;
  }

  private byte[] first(int page) throws IOException {
    long record = 8 + (long) page * PAGE_RECORD_BYTES;
    long firsts = 8 + (pageCount + 1L) * PAGE_RECORD_BYTES;
    long from = int32(record + 12) & 0xffffffffL;
    long to = int32(record + PAGE_RECORD_BYTES + 12) & 0xffffffffL;
    if (from > to || to > directory.length() - firsts) {
      throw file.corrupt(directory.offset() + record, "a first text", from + " to " + to);
    }
    return file.copy(directory.offset() + firsts + from, (int) (to - from));
  }

  private String[] page(int number) throws IOException {
    SoftReference<String[]> reference = pages.get(number);
    String[] page = reference == null ? null : reference.get();
    if (page != null) {
      return page;
    }
    page = unpack(number);
    long bytes = 64;
    for (String text : page) {
      bytes += 48 + text.length();
    }
    if (kept.addAndGet(bytes) > KEPT_BYTES) {
      for (int i = 0; i < pageCount; i++) {
        pages.set(i, null);
      }
      kept.set(bytes);
    }
    pages.set(number, new SoftReference<>(page));
    return page;
  }

  /// The texts of a page, from the file.
  String[] unpack(int number) throws IOException {
    long record = directory.offset() + 8 + (long) number * PAGE_RECORD_BYTES;
    long from = file.segment().get(SegmentReader.LONG, record);
    long to = file.segment().get(SegmentReader.LONG, record + PAGE_RECORD_BYTES);
    int plainLength = file.segment().get(SegmentReader.INT, record + 8);
    long length = to - from;
    if (from < 0
        || length < 1
        || to > packed.length()
        || plainLength < length
        || plainLength > MAX_PAGE_BYTES) {
      throw file.corrupt(
          record, "a page of symbols", from + " to " + to + ", " + plainLength + " bytes of text");
    }
    long offset = packed.offset() + from;
    byte[] plain = file.copy(offset, (int) length);
    if (length < plainLength) {
      if (Zstd.getFrameContentSize(plain) != plainLength) {
        throw file.corrupt(offset, plainLength + " bytes of text", "a frame of others");
      }
      byte[] unpacked = new byte[plainLength];
      try {
        if (Zstd.decompress(unpacked, plain) != plainLength) {
          throw file.corrupt(offset, plainLength + " bytes of text", "fewer");
        }
      } catch (ZstdException e) {
        throw file.corrupt(offset, plainLength + " bytes of text", "zstd: " + e.getMessage());
      }
      plain = unpacked;
    }
    return parse(number, plain, offset);
  }

  private String[] parse(int number, byte[] plain, long offset) throws IOException {
    int from = number * IndexWriter.SYMBOLS_PER_PAGE;
    String[] texts = new String[Math.min(IndexWriter.SYMBOLS_PER_PAGE, count - from)];
    ByteReader reader = new ByteReader(plain, file.path(), offset);
    byte[] text = new byte[256];
    int before = 0;
    for (int i = 0; i < texts.length; i++) {
      long shared = reader.varint();
      int more = reader.count(1);
      if (shared < 0 || shared > before) {
        throw reader.corrupt("at most " + before + " shared bytes", "" + shared);
      }
      int length = (int) shared + more;
      if (text.length < length) {
        text = Arrays.copyOf(text, length * 2);
      }
      for (int at = (int) shared; at < length; at++) {
        text[at] = (byte) reader.u8();
      }
      texts[i] = new String(text, 0, length, StandardCharsets.UTF_8);
      before = length;
    }
    if (reader.remaining() != 0) {
      throw reader.corrupt("the end of a page of symbols", reader.remaining() + " more bytes");
    }
    return texts;
  }
}
