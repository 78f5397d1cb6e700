package dev.mangru.alerts.rule;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// Reads rule files from disk, as configured by paths whose last part may be a pattern. Never
/// throws for what the disk holds: a file that cannot be read is refused like one that does not
/// parse, so its last good version goes on.
public final class RuleFileReader {

  /// Most files. Chosen.
  public static final int MAX_FILES = 1_000;

  private static final long MAX_BYTES = 4L * YamlDocuments.MAX_CHARACTERS;

  private final RuleFileParser parser;

  /// Reads with this parser.
  public RuleFileReader(RuleFileParser parser) {
    this.parser = parser;
  }

  /// One outcome for each file, sorted by name within each pattern; a file that several patterns
  /// name comes once. A path without a pattern that is not there is refused.
  public List<RuleFile.Outcome> read(List<Path> patterns) {
    Map<String, RuleFile.Outcome> outcomes = new LinkedHashMap<>();
    for (Path pattern : patterns) {
      try {
        for (Path file : files(pattern)) {
          String name = file.toString();
          if (outcomes.size() < MAX_FILES) {
            outcomes.computeIfAbsent(name, _ -> one(file));
          } else {
            outcomes.putIfAbsent(
                name, refused(name, "more than " + MAX_FILES + " rule files: join some"));
          }
        }
      } catch (IOException | DirectoryIteratorException e) {
        String name = pattern.toString();
        outcomes.put(name, refused(name, "the folder cannot be read: " + e.getMessage()));
      }
    }
    return List.copyOf(outcomes.values());
  }

  private static Iterable<Path> files(Path pattern) throws IOException {
    Path name = pattern.getFileName();
    Path parent = pattern.toAbsolutePath().getParent();
    boolean literal =
        name == null || name.toString().chars().noneMatch(c -> c == '*' || c == '?' || c == '[');
    if (literal || parent == null) {
      return List.of(pattern);
    }
    TreeSet<Path> found = new TreeSet<>();
    if (Files.isDirectory(parent)) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(parent, name.toString())) {
        entries.forEach(found::add);
      }
    }
    return found;
  }

  private RuleFile.Outcome one(Path file) {
    String name = file.toString();
    try {
      long bytes = Files.size(file);
      if (bytes > MAX_BYTES) {
        return refused(name, "the file has " + bytes + " bytes, more than " + MAX_BYTES);
      }
      return parser.parse(name, Files.readString(file));
    } catch (NoSuchFileException _) {
      return refused(name, "the file is not there");
    } catch (CharacterCodingException _) {
      return refused(name, "the file is not UTF-8");
    } catch (IOException e) {
      return refused(name, "the file cannot be read: " + e.getMessage());
    }
  }

  private static RuleFile.Outcome refused(String file, String message) {
    return new RuleFile.Outcome.Refused(file, List.of(new RuleFileError(0, 0, message)));
  }
}
