package dev.mangru.autoscaler.playground.store;

import java.util.SplittableRandom;
import java.util.UUID;

/// Uids and generated names that depend on the seed and the revision alone, so that the same calls
/// make the same objects, also after a restart. Immutable.
final class Names {

  /// Without vowels and what looks like them, so that no name is a word (apimachinery `util/rand`).
  private static final String ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

  private static final int SUFFIX_LENGTH = 5;

  /// Longest prefix of a generated name; the rest of the 63 characters is the suffix.
  private static final int MAX_PREFIX_LENGTH = 58;

  private final long seed;

  Names(long seed) {
    this.seed = seed;
  }

  /// The uid of the object that was made at `revision`.
  String uid(long revision) {
    SplittableRandom random = random(revision, 0);
    // Version 4, variant 2 (RFC 9562).
    long high = (random.nextLong() & ~0xF000L) | 0x4000L;
    long low = (random.nextLong() & ~(0xC0L << 56)) | (0x80L << 56);
    return new UUID(high, low).toString();
  }

  /// `prefix` with five characters of the try number `attempt`, from 1.
  String generated(String prefix, long revision, int attempt) {
    SplittableRandom random = random(revision, attempt);
    StringBuilder name = new StringBuilder(prefix);
    name.setLength(Math.min(prefix.length(), MAX_PREFIX_LENGTH));
    for (int i = 0; i < SUFFIX_LENGTH; i++) {
      name.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
    }
    return name.toString();
  }

  private SplittableRandom random(long revision, int attempt) {
    return new SplittableRandom(
        seed * 0x9E3779B97F4A7C15L + revision * 0xBF58476D1CE4E5B9L + attempt);
  }
}
