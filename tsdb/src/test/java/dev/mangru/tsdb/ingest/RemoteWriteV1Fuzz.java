package dev.mangru.tsdb.ingest;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// The entry for a fuzzer of [RemoteWriteV1]: any bytes are decoded or refused, into a batch that
/// knows nothing and then into one that knows every series, and both ways alike.
public final class RemoteWriteV1Fuzz {

  private RemoteWriteV1Fuzz() {}

  /// Bodies as senders make them, and a few that only look like it.
  public static List<byte[]> seeds() {
    Random random = new Random(1);
    List<byte[]> seeds = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      seeds.add(new RandomWrites(random, i % 3 / 4.0).v1());
    }
    return seeds;
  }

  /// One input.
  public static void fuzzerTestOneInput(byte[] input) {
    FuzzBatch.bothWays(input, RemoteWriteV1::decode);
  }
}
