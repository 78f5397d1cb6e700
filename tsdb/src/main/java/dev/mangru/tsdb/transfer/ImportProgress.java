package dev.mangru.tsdb.transfer;

/// How far an import is.
///
/// @param phase what is being done
/// @param done of [#total], in a unit of the phase's own
/// @param total how much there is to do; 0 if nobody knows
/// @param series different series read so far
/// @param samples samples read so far, or in the second phase settled so far
public record ImportProgress(Phase phase, long done, long total, long series, long samples) {

  /// The two steps of an import.
  public enum Phase {
    READING,
    WRITING
  }

  /// Who wants to know.
  @FunctionalInterface
  public interface Listener {

    /// Called often; returns quickly.
    void progress(ImportProgress progress);
  }
}
