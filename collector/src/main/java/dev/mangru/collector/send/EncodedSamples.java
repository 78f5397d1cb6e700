package dev.mangru.collector.send;

import com.github.luben.zstd.Zstd;
import dev.mangru.collector.pipeline.SampleBatch;
import java.util.ArrayList;
import java.util.List;

/// Samples as they are queued: one remote write 2.0 request, compressed. About 8 bytes a sample,
/// where a batch in memory takes hundreds. Immutable.
public final class EncodedSamples {

  /// Samples in one request. Chosen: a pass of 100 containers fits in one, and the body stays below
  /// a server's usual limits.
  private static final int MAX_SAMPLES = 10_000;

  /// Level 1: measured 8 bytes a sample, and higher levels gain little on so short a body.
  private static final int LEVEL = 1;

  private final byte[] zstd;
  private final int rawBytes;
  private final int samples;
  private final long newestMs;

  private EncodedSamples(byte[] zstd, int rawBytes, int samples, long newestMs) {
    this.zstd = zstd;
    this.rawBytes = rawBytes;
    this.samples = samples;
    this.newestMs = newestMs;
  }

  /// The requests that carry a batch, in order; none for an empty one.
  public static List<EncodedSamples> of(SampleBatch batch, RemoteWriteV2Encoder encoder) {
    List<EncodedSamples> requests = new ArrayList<>();
    for (int from = 0; from < batch.size(); from += MAX_SAMPLES) {
      int to = Math.min(batch.size(), from + MAX_SAMPLES);
      byte[] raw = encoder.encode(batch, from, to);
      long newestMs = Long.MIN_VALUE;
      for (int i = from; i < to; i++) {
        newestMs = Math.max(newestMs, batch.timestampMs(i));
      }
      requests.add(new EncodedSamples(Zstd.compress(raw, LEVEL), raw.length, to - from, newestMs));
    }
    return requests;
  }

  /// The request, compressed with zstd. Not a copy; do not write.
  byte[] zstd() {
    return zstd;
  }

  /// Bytes in memory and, with zstd, on the wire.
  public int bytes() {
    return zstd.length;
  }

  /// How many samples.
  public int samples() {
    return samples;
  }

  /// The newest timestamp, milliseconds since the epoch.
  public long newestMs() {
    return newestMs;
  }

  /// The request without compression.
  byte[] raw() {
    return Zstd.decompress(zstd, rawBytes);
  }
}
