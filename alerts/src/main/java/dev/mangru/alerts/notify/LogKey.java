package dev.mangru.alerts.notify;

/// Who was told of what: one group of alerts through one integration of a receiver.
///
/// @param group the group's key
/// @param integration `receiver/webhook/0`
record LogKey(String group, String integration) {}
