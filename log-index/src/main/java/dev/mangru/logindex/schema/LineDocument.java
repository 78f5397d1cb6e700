package dev.mangru.logindex.schema;

import dev.mangru.model.log.LogRecord;
import dev.mangru.model.metric.Labels;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.BytesTermAttribute;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.InvertableType;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.index.DocValuesType;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.IndexableField;
import org.apache.lucene.util.BytesRef;

/// Turns log records into Lucene documents, one for each. Confined to one thread: it hands out the
/// same document again and again.
///
/// Drawn in `FORMAT.md`, “The index of a partition”.
public final class LineDocument {

  /// Nanoseconds since the epoch: doc values with a skip index.
  public static final String TIMESTAMP = "ts";

  /// Sequence number: doc values with a skip index.
  public static final String SEQ = "seq";

  /// OpenTelemetry number of the severity: doc values.
  public static final String SEVERITY = "sev";

  /// The stream's labels as bytes: sorted doc values and one term.
  public static final String STREAM = "stream";

  /// Words of the line: terms.
  public static final String WORDS = "w";

  /// Grams of the line: terms of three bytes.
  public static final String GRAMS = "g";

  /// Line and attributes: stored bytes.
  public static final String RECORD = "r";

  private static final FieldType STREAM_TYPE = new FieldType();
  private static final FieldType TERMS_TYPE = new FieldType();

  /// Streams whose bytes are kept at hand.
  private static final int MAX_REMEMBERED_STREAMS = 20_000;

  static {
    STREAM_TYPE.setIndexOptions(IndexOptions.DOCS);
    STREAM_TYPE.setOmitNorms(true);
    STREAM_TYPE.setTokenized(false);
    STREAM_TYPE.setDocValuesType(DocValuesType.SORTED);
    STREAM_TYPE.freeze();
    TERMS_TYPE.setIndexOptions(IndexOptions.DOCS);
    TERMS_TYPE.setOmitNorms(true);
    TERMS_TYPE.setTokenized(true);
    TERMS_TYPE.freeze();
  }

  private final Field timestamp = NumericDocValuesField.indexedField(TIMESTAMP, 0);
  private final Field seq = NumericDocValuesField.indexedField(SEQ, 0);
  private final Field severity = new NumericDocValuesField(SEVERITY, 0);
  private final Field stream = new StreamField();
  private final StoredField stored = new StoredField(RECORD, new BytesRef());
  private final TermList words = new TermList();
  private final TermList grams = new TermList();
  private final List<IndexableField> document =
      List.of(
          timestamp,
          seq,
          severity,
          stream,
          new Field(WORDS, words, TERMS_TYPE),
          new Field(GRAMS, grams, TERMS_TYPE),
          stored);
  private final ByteSink bytes = new ByteSink();
  private final Map<Labels, BytesRef> streams = new HashMap<>();
  private final LineTerms.Sink terms =
      new LineTerms.Sink() {
        @Override
        public void word(String text, int start, int end) {
          words.addAscii(text, start, end);
        }

        @Override
        public void longWord() {
          words.addByte(LONG);
        }

        @Override
        public void gram(int hash) {
          grams.addGram(hash);
        }
      };

  private static final byte LONG = LineTerms.LONG_WORD;

  /// The document of one record; valid until the next call.
  public Iterable<? extends IndexableField> of(LogRecord record, long recordSeq) {
    timestamp.setLongValue(record.timestampNs());
    seq.setLongValue(recordSeq);
    severity.setLongValue(record.severity().otlpNumber());
    stream.setBytesValue(streamBytes(record.stream()));
    words.clear();
    grams.clear();
    LineTerms.split(record.line(), terms);
    bytes.clear().putText(record.line()).putLabels(record.attributes());
    stored.setBytesValue(new BytesRef(bytes.array(), 0, bytes.length()));
    return document;
  }

  private BytesRef streamBytes(Labels labels) {
    BytesRef known = streams.get(labels);
    if (known == null) {
      if (streams.size() >= MAX_REMEMBERED_STREAMS) {
        streams.clear();
      }
      ByteSink sink = new ByteSink().putLabels(labels);
      known = new BytesRef(sink.array(), 0, sink.length());
      streams.put(labels, known);
    }
    return known;
  }

  /// A stream's labels as the term that names it.
  public static BytesRef streamTerm(Labels labels) {
    ByteSink sink = new ByteSink().putLabels(labels);
    return new BytesRef(sink.array(), 0, sink.length());
  }

  /// The labels that a stream's term names.
  public static Labels streamLabels(BytesRef term) throws IOException {
    return new ByteSource(term.bytes, term.offset, term.length).getLabels();
  }

  /// The term of a gram.
  public static BytesRef gramTerm(int hash) {
    return new BytesRef(new byte[] {(byte) (hash >>> 16), (byte) (hash >>> 8), (byte) hash});
  }

  /// Its bytes are its one term.
  private static final class StreamField extends Field {
    StreamField() {
      super(STREAM, new BytesRef(), STREAM_TYPE);
    }

    @Override
    public InvertableType invertableType() {
      return InvertableType.BINARY;
    }
  }

  /// Terms gathered in one array and handed to Lucene one by one.
  private static final class TermList extends TokenStream {
    private final BytesTermAttribute term = addAttribute(BytesTermAttribute.class);
    private final BytesRef current = new BytesRef();
    private byte[] bytes = new byte[4096];
    private int[] ends = new int[256];
    private int length;
    private int count;
    private int next;

    void clear() {
      length = 0;
      count = 0;
      next = 0;
    }

    void addAscii(String text, int start, int end) {
      ensure(end - start);
      for (int i = start; i < end; i++) {
        bytes[length++] = (byte) text.charAt(i);
      }
      endTerm();
    }

    void addByte(byte value) {
      ensure(1);
      bytes[length++] = value;
      endTerm();
    }

    void addGram(int hash) {
      ensure(3);
      bytes[length++] = (byte) (hash >>> 16);
      bytes[length++] = (byte) (hash >>> 8);
      bytes[length++] = (byte) hash;
      endTerm();
    }

    private void ensure(int more) {
      if (bytes.length - length < more) {
        bytes = java.util.Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
      }
    }

    private void endTerm() {
      if (count == ends.length) {
        ends = java.util.Arrays.copyOf(ends, 2 * count);
      }
      ends[count++] = length;
    }

    @Override
    public void reset() {
      next = 0;
    }

    @Override
    public boolean incrementToken() {
      if (next == count) {
        return false;
      }
      clearAttributes();
      int start = next == 0 ? 0 : ends[next - 1];
      current.bytes = bytes;
      current.offset = start;
      current.length = ends[next++] - start;
      term.setBytesRef(current);
      return true;
    }
  }
}
