package dev.mangru.autoscaler.playground.sim.scenario;

import java.util.SplittableRandom;

/// Chance without memory: what happens to a thing depends on the seed and the thing's name only, so
/// that a restart, another order of calls or another thing beside it changes nothing.
///
/// @param seed of the scenario
public record Chance(long seed) {

  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  /// Stafford's thirteenth mixer, as in the JDK's SplittableRandom: neighbouring ticks must not
  /// give neighbouring generators.
  private static final long MIX_A = 0xbf58476d1ce4e5b9L;

  private static final long MIX_B = 0x94d049bb133111ebL;

  /// Evenly from 0 to below 1.
  public double share(String what, String name) {
    return random(what, name).nextDouble();
  }

  /// What [#share(long, long)] wants, for something that is asked about often.
  public long key(String what, String name) {
    return hash(hash(seed ^ FNV_OFFSET, what), name);
  }

  /// Evenly from 0 to below 1, for each tick another.
  public static double share(long key, long tick) {
    long mixed = (key ^ tick) * MIX_A;
    return new SplittableRandom((mixed ^ (mixed >>> 29)) * MIX_B).nextDouble();
  }

  /// A bell around 0 with spread 1, cut off at 3.
  public double bell(String what, long tick) {
    return Math.clamp(mix(what, tick).nextGaussian(), -3, 3);
  }

  /// A generator for one named purpose.
  public SplittableRandom random(String what, String name) {
    return new SplittableRandom(key(what, name));
  }

  private SplittableRandom mix(String what, long tick) {
    long mixed = (hash(seed ^ FNV_OFFSET, what) ^ tick) * MIX_A;
    return new SplittableRandom((mixed ^ (mixed >>> 29)) * MIX_B);
  }

  private static long hash(long state, String text) {
    long hash = state;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * FNV_PRIME;
    }
    return (hash ^ 0xff) * FNV_PRIME;
  }
}
