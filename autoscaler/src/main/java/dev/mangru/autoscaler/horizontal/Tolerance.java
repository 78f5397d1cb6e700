package dev.mangru.autoscaler.horizontal;

/// How far usage may be from its target before anything moves.
///
/// @param scaleDown a fraction, 0.1 for a tenth; below `1 - scaleDown` is too little
/// @param scaleUp a fraction; above `1 + scaleUp` is too much
public record Tolerance(double scaleDown, double scaleUp) {

  /// Kubernetes' default: a tenth in both directions.
  public static final Tolerance DEFAULT = new Tolerance(0.1, 0.1);

  public Tolerance {
    if (!(scaleDown >= 0 && scaleUp >= 0)) {
      throw new IllegalArgumentException(
          "tolerances must not be negative: down " + scaleDown + ", up " + scaleUp);
    }
  }

  /// Whether `ratio` of usage to target is close enough; both ends are.
  public boolean contains(double ratio) {
    return 1 - scaleDown <= ratio && ratio <= 1 + scaleUp;
  }
}
