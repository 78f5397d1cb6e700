package dev.mangru.autoscaler.playground.sim.traffic;

import java.util.TreeMap;
import java.util.function.ObjLongConsumer;

/// Requests answered, by status code and method. Not thread-safe.
public final class Answers {

  private final TreeMap<Key, long[]> counts = new TreeMap<>();

  /// One counter.
  ///
  /// @param code HTTP status
  /// @param method `GET` or `POST`
  public record Key(int code, String method) implements Comparable<Key> {

    @Override
    public int compareTo(Key other) {
      int byCode = Integer.compare(code, other.code);
      return byCode != 0 ? byCode : method.compareTo(other.method);
    }
  }

  void add(int code, long requests, double postShare, double luck) {
    if (requests > 0) {
      long posts = Math.min(requests, (long) (requests * postShare + luck));
      count(new Key(code, "GET"), requests - posts);
      count(new Key(code, "POST"), posts);
    }
  }

  private void count(Key key, long requests) {
    if (requests > 0) {
      counts.computeIfAbsent(key, _ -> new long[1])[0] += requests;
    }
  }

  /// Every counter, by code, then method.
  public void forEach(ObjLongConsumer<Key> consumer) {
    counts.forEach((key, count) -> consumer.accept(key, count[0]));
  }

  /// Requests answered with a code.
  public long of(int code) {
    long sum = 0;
    for (var entry : counts.entrySet()) {
      if (entry.getKey().code() == code) {
        sum += entry.getValue()[0];
      }
    }
    return sum;
  }
}
