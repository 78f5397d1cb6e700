package dev.mangru.autoscaler.playground.api;

import java.time.Instant;
import java.util.List;

/// What containers have written. Implementations are thread-safe.
public interface PodLogs {

  /// Nobody writes.
  PodLogs NONE =
      new PodLogs() {
        @Override
        public List<Line> lines(
            String namespace, String pod, String container, long after, int limit) {
          return List.of();
        }

        @Override
        public boolean writing(String namespace, String pod, String container) {
          return false;
        }
      };

  /// One line.
  ///
  /// @param sequence number of the line in its container, from 1, without gaps
  /// @param text without the line feed
  record Line(long sequence, Instant time, String text) {}

  /// Kept lines with a sequence above `after`, oldest first, at most `limit`; empty for an unknown
  /// container.
  List<Line> lines(String namespace, String pod, String container, long after, int limit);

  /// Whether the container may still write: who follows is let go when it cannot.
  boolean writing(String namespace, String pod, String container);
}
