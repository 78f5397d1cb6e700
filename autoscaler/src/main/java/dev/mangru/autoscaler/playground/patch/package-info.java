/// The ways to change a JSON object in part, as the Kubernetes API takes them: [JsonPatch] (RFC
/// 6902), [MergePatch] (RFC 7386), strategic merge patch and server-side apply. All of them are
/// functions of their arguments: what comes in is not changed.
@NullMarked
package dev.mangru.autoscaler.playground.patch;

import org.jspecify.annotations.NullMarked;
