package dev.mangru.autoscaler.journal;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.scale.Decision;
import dev.mangru.model.scale.DecisionLog;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/// A decision in memory: what queries ask for, and the rest compressed. Immutable.
@SuppressWarnings("ArrayRecordComponent") // never compared
record Kept(
    long number,
    Instant time,
    Decision.Kind kind,
    String namespace,
    String name,
    boolean change,
    int length,
    byte[] deflated) {

  /// @param json the decision as it is on disk
  static Kept of(long number, Decision decision, byte[] json) {
    try (Deflater deflater = new Deflater(Deflater.BEST_SPEED)) {
      deflater.setInput(json);
      deflater.finish();
      ByteArrayOutputStream out = new ByteArrayOutputStream(json.length / 3 + 64);
      byte[] buffer = new byte[4096];
      while (!deflater.finished()) {
        out.write(buffer, 0, deflater.deflate(buffer));
      }
      return new Kept(
          number,
          decision.time(),
          decision.kind(),
          decision.namespace(),
          decision.name(),
          decision.change(),
          json.length,
          out.toByteArray());
    }
  }

  /// The decision as it is on disk.
  byte[] json() {
    byte[] json = new byte[length];
    try (Inflater inflater = new Inflater()) {
      inflater.setInput(deflated);
      int filled = 0;
      while (filled < length) {
        int more = inflater.inflate(json, filled, length - filled);
        if (more == 0) {
          throw new MangruException(
              ErrorCode.INTERNAL, "decision " + number + " ends after " + filled + " bytes");
        }
        filled += more;
      }
      return json;
    } catch (DataFormatException e) {
      throw new MangruException(
          ErrorCode.INTERNAL, "decision " + number + " cannot be unpacked: " + e.getMessage(), e);
    }
  }

  /// Whether the query could select it, without unpacking.
  boolean mayBe(DecisionLog.Query query) {
    return (query.kind() == null || query.kind() == kind)
        && (query.namespace() == null || query.namespace().equals(namespace))
        && (query.name() == null || query.name().equals(name))
        && !time.isBefore(query.from())
        && time.isBefore(query.to())
        && (!query.changesOnly() || change);
  }

  /// Whether it tells of the same look at the same autoscaler.
  boolean sameMoment(Decision decision) {
    return time.equals(decision.time())
        && kind == decision.kind()
        && namespace.equals(decision.namespace())
        && name.equals(decision.name());
  }
}
