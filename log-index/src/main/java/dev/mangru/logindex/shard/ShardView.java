package dev.mangru.logindex.shard;

import dev.mangru.model.metric.Labels;
import java.io.IOException;
import java.util.List;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/// A consistent view of one shard. Thread-safe; close it to let go of the files it pins.
public final class ShardView implements AutoCloseable {

  private final Shard shard;
  private final @Nullable DirectoryReader reader;

  ShardView(Shard shard, @Nullable DirectoryReader reader) {
    this.shard = shard;
    this.reader = reader;
  }

  /// The shard.
  public Shard shard() {
    return shard;
  }

  /// Its segments.
  public List<LeafReaderContext> leaves() {
    return reader == null ? List.of() : reader.leaves();
  }

  /// The labels that a stream's term names; mostly the same object for the same stream.
  public Labels streamLabels(BytesRef term) throws IOException {
    return shard.streamLabels(term);
  }

  @Override
  public void close() throws IOException {
    if (reader != null) {
      reader.decRef();
    }
  }
}
