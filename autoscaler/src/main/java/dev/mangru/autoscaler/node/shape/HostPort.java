package dev.mangru.autoscaler.node.shape;

/// A port of the node that a pod takes for itself. Immutable.
///
/// @param ip empty or `0.0.0.0` means all addresses of the node
/// @param protocol TCP, UDP or SCTP
public record HostPort(String ip, String protocol, int port) {

  public HostPort {
    ip = ip.isEmpty() ? "0.0.0.0" : ip;
    protocol = protocol.isEmpty() ? "TCP" : protocol;
  }

  /// Whether both cannot be taken on one node.
  public boolean conflicts(HostPort other) {
    return port == other.port
        && protocol.equals(other.protocol)
        && (ip.equals(other.ip) || ip.equals("0.0.0.0") || other.ip.equals("0.0.0.0"));
  }
}
