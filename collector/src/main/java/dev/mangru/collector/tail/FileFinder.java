package dev.mangru.collector.tail;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Lists the files that sources name, and the rotated siblings beside them. Confined to the tailing
/// thread.
///
/// Each folder is listed once per search. Compressed files are left out. A link to a file counts as
/// the file; `**` does not follow links to folders.
final class FileFinder {

  /// A file on disk.
  ///
  /// @param origin the path whose rotation it is; its own for a file that a source names
  /// @param createdMs birth time where the file system tells it, else the time of the last change
  record Found(
      Path path, Path origin, LogSource source, String fileKey, long size, long createdMs) {

    boolean isSibling() {
      return !path.equals(origin);
    }
  }

  private static final int MAX_DEPTH = 16;
  private static final List<String> COMPRESSED =
      List.of(".gz", ".bz2", ".xz", ".zst", ".lz4", ".zip", ".tmp");

  private final List<LogSource> sources;
  private final List<Glob> globs;
  private final List<Glob> exclude;
  private final int maxFiles;
  private final TailStats stats;
  private final ToldOnce told;

  FileFinder(TailOptions options, TailStats stats, ToldOnce told) {
    sources = options.sources();
    globs = sources.stream().map(source -> Glob.parse(source.glob())).toList();
    exclude = options.exclude().stream().map(Glob::parse).toList();
    maxFiles = options.maxFiles();
    this.stats = stats;
    this.told = told;
  }

  /// Every file by its key, in order of sources; siblings after the files that sources name.
  ///
  /// @param origins of files known now or in the previous run: their siblings count even while the
  ///   original is away, in the middle of a rotation or for good
  Map<String, Found> find(Collection<Path> origins) {
    Search search = new Search();
    for (int i = 0; i < globs.size(); i++) {
      search.walk(globs.get(i), 0, Path.of("/"), sources.get(i), 0);
    }
    search.siblings(origins);
    return search.found;
  }

  static boolean isCompressed(String name) {
    return COMPRESSED.stream().anyMatch(name::endsWith);
  }

  /// What a path is now; null if it is not a regular file that can be looked at.
  static @Nullable BasicFileAttributes attributes(Path path) throws IOException {
    try {
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      return attributes.isRegularFile() && attributes.fileKey() != null ? attributes : null;
    } catch (NoSuchFileException | NotDirectoryException | FileSystemLoopException e) {
      return null;
    }
  }

  /// Opens the file that had `fileKey` when it was listed.
  ///
  /// @throws NoSuchFileException if the path leads to another file by now: rotation moves files
  ///   between the listing and the opening, and a file read under another's name would count as
  ///   both
  static FileChannel open(Path path, String fileKey) throws IOException {
    FileChannel file = FileChannel.open(path, StandardOpenOption.READ);
    BasicFileAttributes attributes = attributes(path);
    if (attributes == null || !fileKey.equals(String.valueOf(attributes.fileKey()))) {
      file.close();
      throw new NoSuchFileException(path.toString(), null, "another file has this name now");
    }
    return file;
  }

  /// One search.
  private final class Search {

    private final Map<String, Found> found = new LinkedHashMap<>();
    private final Map<Path, List<Path>> listings = new HashMap<>();
    private final Map<Path, Map<String, Found>> basesByFolder = new LinkedHashMap<>();
    private final Set<Path> visited = new HashSet<>();

    void walk(Glob glob, int segment, Path folder, LogSource source, int depth) {
      String pattern = glob.segments().get(segment);
      boolean last = segment == glob.segments().size() - 1;
      if (pattern.equals("**")) {
        walk(glob, segment + 1, folder, source, depth);
        if (depth < MAX_DEPTH) {
          for (Path entry : list(folder)) {
            if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
              walk(glob, segment, entry, source, depth + 1);
            }
          }
        }
      } else if (!Glob.isPattern(pattern)) {
        Path entry = folder.resolve(pattern);
        if (last) {
          file(entry, source);
        } else if (Files.isDirectory(entry)) {
          walk(glob, segment + 1, entry, source, depth + 1);
        }
      } else {
        for (Path entry : list(folder)) {
          if (Glob.segmentMatches(pattern, name(entry))) {
            if (last) {
              file(entry, source);
            } else if (Files.isDirectory(entry)) {
              walk(glob, segment + 1, entry, source, depth + 1);
            }
          }
        }
      }
    }

    private void file(Path path, LogSource source) {
      if (isCompressed(name(path)) || !visited.add(path)) {
        return;
      }
      Found file = look(path, path, source);
      if (file != null) {
        basesByFolder
            .computeIfAbsent(parent(path), _ -> new LinkedHashMap<>())
            .putIfAbsent(name(path), file);
      }
    }

    private @Nullable Found look(Path path, Path origin, LogSource source) {
      if (exclude.stream().anyMatch(glob -> glob.matches(path) || glob.matches(origin))) {
        return null;
      }
      if (found.size() >= maxFiles) {
        stats.errors.increment();
        told.warn("more log files than maxFiles; the rest is not read", maxFiles, path);
        return null;
      }
      try {
        BasicFileAttributes attributes = attributes(path);
        if (attributes == null) {
          return null;
        }
        Found file =
            new Found(
                path,
                origin,
                source,
                String.valueOf(attributes.fileKey()),
                attributes.size(),
                Math.min(
                    attributes.creationTime().toMillis(),
                    attributes.lastModifiedTime().toMillis()));
        Found earlier = found.putIfAbsent(file.fileKey(), file);
        return earlier == null ? file : null;
      } catch (IOException e) {
        stats.errors.increment();
        told.warn("cannot look at a log file", path, e);
        return null;
      }
    }

    void siblings(Collection<Path> origins) {
      Map<Path, Map<String, Base>> bases = new LinkedHashMap<>();
      basesByFolder.forEach((folder, files) ->
          files.forEach((name, file) ->
              bases
                  .computeIfAbsent(folder, _ -> new LinkedHashMap<>())
                  .put(name, new Base(file.path(), file.source()))));
      for (Path origin : origins) {
        LogSource source = sourceOf(origin);
        if (source != null) {
          bases
              .computeIfAbsent(parent(origin), _ -> new LinkedHashMap<>())
              .putIfAbsent(name(origin), new Base(origin, source));
        }
      }
      bases.forEach(this::siblingsIn);
    }

    private void siblingsIn(Path folder, Map<String, Base> bases) {
      for (Path entry : list(folder)) {
        String name = name(entry);
        if (visited.contains(entry) || isCompressed(name)) {
          continue;
        }
        Base base = baseOf(name, bases);
        if (base != null) {
          look(entry, base.path(), base.source());
        }
      }
    }

    /// The longest base that `name` is a rotation of. Looks up prefixes instead of trying every
    /// base: a folder may hold thousands.
    private static @Nullable Base baseOf(String name, Map<String, Base> bases) {
      for (int end = name.length() - 1; end > 0; end--) {
        char c = name.charAt(end);
        if (c == '.' || c == '-') {
          Base base = bases.get(name.substring(0, end));
          if (base != null && end < name.length() - 1) {
            return base;
          }
        }
      }
      return null;
    }

    private List<Path> list(Path folder) {
      return listings.computeIfAbsent(
          folder,
          directory -> {
            List<Path> entries = new ArrayList<>();
            try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
              stream.forEach(entries::add);
            } catch (NoSuchFileException | NotDirectoryException e) {
              return entries;
            } catch (IOException | DirectoryIteratorException e) {
              stats.errors.increment();
              told.warn("cannot list a folder of log files", directory, e);
            }
            return entries;
          });
    }
  }

  /// The first source that names a file; null if none does any more.
  private @Nullable LogSource sourceOf(Path origin) {
    for (int i = 0; i < globs.size(); i++) {
      if (globs.get(i).matches(origin)) {
        return sources.get(i);
      }
    }
    return null;
  }

  private record Base(Path path, LogSource source) {}

  private static String name(Path path) {
    return Objects.requireNonNull(path.getFileName()).toString();
  }

  private static Path parent(Path path) {
    return Objects.requireNonNull(path.getParent());
  }
}
