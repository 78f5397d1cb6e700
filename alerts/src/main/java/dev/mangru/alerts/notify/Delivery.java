package dev.mangru.alerts.notify;

import dev.mangru.alerts.route.Webhook;
import java.time.Duration;

/// One attempt to tell one receiver.
///
/// @param id of the notification; the same in every attempt
/// @param receiver its name
/// @param webhook where to
/// @param body the payload, JSON; not changed
/// @param attempt from 1
/// @param timeout for the whole call
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Delivery(
    String id, String receiver, Webhook webhook, byte[] body, int attempt, Duration timeout) {}
