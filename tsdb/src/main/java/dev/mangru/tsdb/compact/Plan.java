package dev.mangru.tsdb.compact;

import dev.mangru.model.time.TimeRange;
import java.util.List;

/// One step of compaction, and why. Steps never share inputs with another step under way: plan,
/// carry out, publish, and only then plan again.
public sealed interface Plan {

  /// Why, in words for a log and a page.
  String reason();

  /// The files that go, once what replaces them is durable and named by the manifest; in order of
  /// precedence.
  List<StoredFile> inputs();

  /// Many parts of one window become one part.
  ///
  /// @param inputs neighbours by precedence
  /// @param window the time window they lie in
  record MergeParts(List<StoredFile> inputs, TimeRange window, String reason) implements Plan {
    public MergeParts {
      inputs = List.copyOf(inputs);
    }
  }

  /// Parts of one window, with the blocks there are, become one block.
  ///
  /// @param inputs at least one part
  /// @param window the time window they lie in
  record PartsToBlock(List<StoredFile> inputs, TimeRange window, String reason) implements Plan {
    public PartsToBlock {
      inputs = List.copyOf(inputs);
    }
  }

  /// Blocks become one block; most of it is copying.
  ///
  /// @param inputs two or more blocks
  /// @param window the time window they lie in
  record MergeBlocks(List<StoredFile> inputs, TimeRange window, String reason) implements Plan {
    public MergeBlocks {
      inputs = List.copyOf(inputs);
    }
  }

  /// A file is written anew without what was deleted or outlived its retention; its kind stays.
  ///
  /// @param input the file
  record Rewrite(StoredFile input, String reason) implements Plan {
    @Override
    public List<StoredFile> inputs() {
      return List.of(input);
    }
  }

  /// Files go for good.
  record Drop(List<StoredFile> inputs, String reason) implements Plan {
    public Drop {
      inputs = List.copyOf(inputs);
    }
  }
}
