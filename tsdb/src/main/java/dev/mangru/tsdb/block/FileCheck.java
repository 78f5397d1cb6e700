package dev.mangru.tsdb.block;

import dev.mangru.model.metric.Labels;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a check of one sealed file found.
///
/// @param file which one
/// @param openable whether it can be used at all; if not, everything in it is lost
/// @param samples how many samples it should have; -1 if not even its footer can be read
/// @param samplesLost how many of them cannot be read; -1 if `samples` is unknown
/// @param lost the chunks that cannot be read, as far as they are known by name; at most
///   [BlockCheck#MAX_LISTED]
/// @param problems bytes that cannot be right: file, offset, expected, found; at most
///   [BlockCheck#MAX_LISTED], and then how many more there are
public record FileCheck(
    Path file,
    boolean openable,
    long samples,
    long samplesLost,
    List<LostChunk> lost,
    List<String> problems) {

  /// A chunk that cannot be read.
  ///
  /// @param ref number of its series: the reference in a part, the place in label order in a block
  /// @param labels of its series; null in a part, or if they cannot be read either
  /// @param samples how many it has; 0 if that cannot be read
  public record LostChunk(int ref, @Nullable Labels labels, int chunk, int samples) {}

  public FileCheck {
    lost = List.copyOf(lost);
    problems = List.copyOf(problems);
  }

  /// Whether nothing is wrong.
  public boolean sound() {
    return problems.isEmpty();
  }
}
