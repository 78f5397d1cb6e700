package dev.mangru.autoscaler.playground.api;

import dev.mangru.autoscaler.playground.schema.FieldValidation;

/// How a client wants a write to be done.
///
/// @param dryRun answer as if, and leave everything as it is
/// @param manager whose fields they are from now on, for server-side apply
/// @param force take fields from other managers
record WriteOptions(boolean dryRun, String manager, FieldValidation validation, boolean force) {

  /// For what the server itself writes.
  static WriteOptions own() {
    return new WriteOptions(false, "mangru-playground", FieldValidation.IGNORE, false);
  }
}
