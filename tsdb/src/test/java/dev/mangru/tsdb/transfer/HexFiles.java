package dev.mangru.tsdb.transfer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Objects;

/// Folders of binary files kept as text: `file NAME`, then the bytes in hexadecimal lines.
public final class HexFiles {

  private HexFiles() {}

  /// Unpacks the resource `transfer/NAME` into `folder`, which is made.
  public static void unpack(String name, Path folder) throws IOException {
    String text;
    try (InputStream in =
        Objects.requireNonNull(
            HexFiles.class.getClassLoader().getResourceAsStream("transfer/" + name))) {
      text = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
    }
    Path file = folder;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (String line : text.lines().toList()) {
      if (line.startsWith("file ")) {
        write(file, folder, bytes);
        file = folder.resolve(line.substring("file ".length()));
      } else {
        bytes.writeBytes(HexFormat.of().parseHex(line));
      }
    }
    write(file, folder, bytes);
  }

  private static void write(Path file, Path folder, ByteArrayOutputStream bytes)
      throws IOException {
    if (!file.equals(folder)) {
      Files.createDirectories(Objects.requireNonNull(file.getParent()));
      Files.write(file, bytes.toByteArray());
    }
    bytes.reset();
  }
}
