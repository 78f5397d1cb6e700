package dev.mangru.tsdb.v1;

import dev.mangru.tsdb.v1.block.Block;
import dev.mangru.tsdb.v1.head.Head;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Every place that has samples, at one moment. Immutable; each sample is in exactly one place of a
/// view.
///
/// @param active takes the writes
/// @param frozen a head on its way into blocks, or null
/// @param blocks oldest first
record View(Head active, @Nullable Head frozen, List<Block> blocks) {

  View {
    blocks = List.copyOf(blocks);
  }
}
