package dev.mangru.logindex;

import dev.mangru.model.log.LogStore;
import dev.mangru.model.log.LogStoreContract;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;

/// The Lucene store keeps every promise of a log store, whatever happens between two appends.
class LogIndexContractTest extends LogStoreContract {

  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.ofEpochSecond(0, START_NS + RANGE_NS));

  @TempDir Path directory;

  private LogIndexOptions options() {
    return LogIndexOptions.defaults(directory.resolve("logs")).withShard(Duration.ofHours(1));
  }

  @Override
  protected LogStore open() throws Exception {
    return LogIndex.open(options(), CLOCK);
  }

  @Override
  protected LogStore disturb(LogStore current, Random random) throws Exception {
    LogIndex index = (LogIndex) current;
    switch (random.nextInt(5)) {
      case 0 -> index.commit();
      case 1 -> index.maintain(CLOCK.instant().plus(Duration.ofHours(1)));
      case 2 -> {
        index.close();
        return LogIndex.open(options(), CLOCK);
      }
      case 3 -> {
        Path copy = directory.resolve("copy-" + random.nextInt());
        TestFiles.copy(options().directory(), copy);
        index.close();
        TestFiles.delete(options().directory());
        TestFiles.copy(copy, options().directory());
        TestFiles.delete(copy);
        return LogIndex.open(options(), CLOCK);
      }
      default -> {
        return index;
      }
    }
    return index;
  }
}
