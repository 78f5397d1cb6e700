package dev.mangru.autoscaler.node.provider;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A machine of a group as the provider sees it; its node may not have registered yet. Immutable.
///
/// @param id the provider's name for it, equal to the node's `spec.providerID` or else its name
/// @param state where it is in its life
/// @param failure why it cannot be created; null while nothing is wrong
/// @param created when it was asked for; null when the provider does not tell
public record Instance(
    String id, State state, @Nullable Failure failure, @Nullable Instant created) {

  /// Where a machine is in its life.
  public enum State {
    /// Asked for and not there yet, or never coming: see the failure.
    CREATING,
    /// There.
    RUNNING,
    /// Going away.
    DELETING
  }

  /// What kind of failure keeps a machine from being created.
  public enum ErrorClass {
    /// The provider has no such machines left.
    OUT_OF_RESOURCES,
    /// A quota of the account.
    QUOTA_EXCEEDED,
    /// Anything else.
    OTHER
  }

  /// A failed creation.
  ///
  /// @param code the provider's own code
  public record Failure(ErrorClass errorClass, String code, String message) {}
}
