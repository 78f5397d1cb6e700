package dev.mangru.autoscaler.node.shape;

/// A volume of a pod, as far as placing and moving the pod depend on it.
public sealed interface PodVolume {

  /// The volume's name in the pod.
  String name();

  /// A directory of the node itself.
  record HostPath(String name) implements PodVolume {}

  /// A directory that lives and dies with the pod.
  ///
  /// @param medium `Memory` for memory; anything else, mostly empty, holds data of the node
  record EmptyDir(String name, String medium) implements PodVolume {
    /// Whether its data is lost with the node in a way that counts: all but memory.
    public boolean onDisk() {
      return !medium.equals("Memory");
    }
  }

  /// A persistent volume claim, named or made for the pod.
  ///
  /// @param claim the claim's name, in the pod's namespace
  /// @param ephemeral whether the claim is made for this pod alone and goes with it
  record Claim(String name, String claim, boolean ephemeral) implements PodVolume {}

  /// A volume that binds the pod to no node: secrets, config maps, network file systems.
  record Unbound(String name) implements PodVolume {}
}
