package dev.mangru.autoscaler.playground.api;

import java.util.Optional;

/// What nodes, pods and services answer to a GET through the API server's proxy. Implementations
/// are thread-safe.
public interface ProxyPages {

  /// Nobody answers.
  ProxyPages NONE = _ -> Optional.empty();

  /// Where a request wants to go.
  ///
  /// @param resource `nodes`, `pods` or `services`
  /// @param namespace empty for a node
  /// @param name of the object, which exists
  /// @param port number or name, empty if the path has none
  /// @param path with a leading slash, such as `/metrics/cadvisor`
  /// @param query without the question mark; empty if there is none
  record Target(
      String resource, String namespace, String name, String port, String path, String query) {}

  /// An answer.
  ///
  /// @param status HTTP status
  /// @param body handed over: not changed by either side afterwards
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Page(int status, String contentType, byte[] body) {}

  /// The page; empty if nothing listens there, which the client sees as 503.
  Optional<Page> get(Target target);
}
