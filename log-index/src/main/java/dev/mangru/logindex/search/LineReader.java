package dev.mangru.logindex.search;

import dev.mangru.logindex.schema.ByteSource;
import dev.mangru.logindex.schema.LineDocument;
import dev.mangru.model.metric.Labels;
import java.io.IOException;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.StoredFieldVisitor;
import org.apache.lucene.index.StoredFields;

/// Reads stored lines of one segment. Confined to one thread; fastest in ascending order.
final class LineReader {

  /// A stored line and its attributes.
  record Stored(String line, Labels attributes) {}

  private final StoredFields fields;
  private final RecordVisitor visitor = new RecordVisitor();

  private LineReader(StoredFields fields) {
    this.fields = fields;
  }

  /// For many lines that lie close together: a block is decompressed once, as in a merge.
  static LineReader dense(LeafReader leaf) throws IOException {
    return new LineReader(
        leaf instanceof CodecReader codec
            ? codec.getFieldsReader().getMergeInstance()
            : leaf.storedFields());
  }

  /// For a few lines here and there.
  static LineReader sparse(LeafReader leaf) throws IOException {
    return new LineReader(leaf.storedFields());
  }

  /// The line of a document.
  String line(int document) throws IOException {
    return source(document).getText();
  }

  /// Line and attributes of a document.
  Stored record(int document) throws IOException {
    ByteSource source = source(document);
    return new Stored(source.getText(), source.getLabels());
  }

  private ByteSource source(int document) throws IOException {
    fields.document(document, visitor);
    byte[] bytes = visitor.bytes;
    return new ByteSource(bytes, 0, bytes.length);
  }

  private static final class RecordVisitor extends StoredFieldVisitor {
    private byte[] bytes = new byte[0];

    @Override
    public Status needsField(FieldInfo field) {
      return field.name.equals(LineDocument.RECORD) ? Status.YES : Status.NO;
    }

    @Override
    public void binaryField(FieldInfo field, byte[] value) {
      bytes = value;
    }
  }
}
