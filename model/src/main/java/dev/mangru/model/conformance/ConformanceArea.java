package dev.mangru.model.conformance;

import java.io.IOException;
import java.nio.file.Path;

/// Runs one corpus of the ecosystem against the code that claims to follow it. Thread-safe.
public interface ConformanceArea {

  /// The area's name, also that of its folder in the corpus: `promql`, `exposition`.
  String name();

  /// Runs every case below `folder` and tells `report` what became of each.
  ///
  /// @param folder the area's own folder
  void run(Path folder, ConformanceReport report) throws IOException;
}
