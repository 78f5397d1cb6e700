package dev.mangru.model.metric;

/// The NaN that says “this series has ended”. Other NaN payloads are ordinary values.
///
/// Source: Prometheus `model/value`.
public final class StaleMarker {

  /// The bits of the marker.
  public static final long BITS = 0x7ff0000000000002L;

  /// The bits of the ordinary NaN.
  public static final long NORMAL_NAN_BITS = 0x7ff8000000000001L;

  /// The marker as a double. Compare bits, never values: a NaN equals nothing.
  public static final double VALUE = Double.longBitsToDouble(BITS);

  private StaleMarker() {}

  /// Whether `value` is the marker, bit for bit.
  public static boolean is(double value) {
    return Double.doubleToRawLongBits(value) == BITS;
  }
}
