package dev.mangru.model.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.disk.Disk.ReadableFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileDiskTest {

  @TempDir Path directory;

  private static byte[] read(ReadableFile file) throws IOException {
    ByteBuffer target = ByteBuffer.allocate(3);
    file.readFully(1, target);
    return target.array();
  }

  @Test
  void an_interrupted_reader_reads_on_and_takes_the_file_from_nobody() throws IOException {
    Path path = Files.write(directory.resolve("block"), new byte[] {1, 2, 3, 4});
    try (ReadableFile file = Disk.REAL.open(path)) {
      Thread.currentThread().interrupt();
      assertThat(read(file)).containsExactly(2, 3, 4);
      assertThat(Thread.interrupted()).as("the interrupt is not swallowed").isTrue();
      assertThat(read(file)).containsExactly(2, 3, 4);
      assertThat(file.length()).isEqualTo(4);
    }
  }

  @Test
  void a_closed_file_stays_closed() throws IOException {
    Path path = Files.write(directory.resolve("block"), new byte[] {1, 2, 3, 4});
    ReadableFile file = Disk.REAL.open(path);
    file.close();
    assertThatThrownBy(() -> read(file)).isInstanceOf(ClosedChannelException.class);
    assertThatThrownBy(file::length).isInstanceOf(ClosedChannelException.class);
  }

  @Test
  void a_linked_file_outlives_its_first_name() throws IOException {
    Path first = Files.write(directory.resolve("first"), new byte[] {1, 2, 3, 4});
    Path second = directory.resolve("second");
    Disk.REAL.link(first, second);
    assertThatThrownBy(() -> Disk.REAL.link(first, second))
        .isInstanceOf(FileAlreadyExistsException.class);
    Disk.REAL.delete(first);
    try (ReadableFile file = Disk.REAL.open(second)) {
      assertThat(read(file)).containsExactly(2, 3, 4);
    }
  }

  @Test
  void a_mapping_outlives_its_file_and_ends_with_its_arena() throws IOException {
    Path path = Files.write(directory.resolve("block"), new byte[] {1, 2, 3, 4});
    Arena arena = Arena.ofShared();
    MemorySegment mapped;
    try (ReadableFile file = Disk.REAL.open(path)) {
      Thread.currentThread().interrupt();
      mapped = file.map(arena);
      assertThat(Thread.interrupted()).as("the interrupt is not swallowed").isTrue();
    }
    assertThat(mapped.isReadOnly()).isTrue();
    assertThat(mapped.toArray(ValueLayout.JAVA_BYTE)).containsExactly(1, 2, 3, 4);
    arena.close();
    assertThatThrownBy(() -> mapped.get(ValueLayout.JAVA_BYTE, 0))
        .isInstanceOf(IllegalStateException.class);
  }
}
