package dev.mangru.tsdb.ingest;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// The entry for a fuzzer of [RemoteWriteV2]: any bytes are decoded or refused, into a batch that
/// knows nothing and then into one that knows every series, and both ways alike.
public final class RemoteWriteV2Fuzz {

  private RemoteWriteV2Fuzz() {}

  /// Bodies as senders make them, and a few that only look like it.
  public static List<byte[]> seeds() {
    Random random = new Random(2);
    List<byte[]> seeds = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      seeds.add(new RandomWrites(random, i % 3 / 4.0).v2());
    }
    return seeds;
  }

  /// One input.
  public static void fuzzerTestOneInput(byte[] input) {
    FuzzBatch.bothWays(input, RemoteWriteV2::decode);
  }
}
