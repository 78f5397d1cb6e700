/// Hands samples and log lines to a server over HTTP: remote write 2.0 and 1.0, OTLP logs. Start
/// with [dev.mangru.collector.send.RemoteWriteSender] and
/// [dev.mangru.collector.send.OtlpLogSender]; each send is one attempt that ends in a
/// [dev.mangru.collector.send.SendResult], and whoever owns the loop decides when the next one is,
/// with a [dev.mangru.collector.send.Backoff]. Knows the batches of `pipeline` and `tail`, and
/// nothing of where they come from.
@NullMarked
package dev.mangru.collector.send;

import org.jspecify.annotations.NullMarked;
