package dev.mangru.alerts.notify;

/// How much the notifier holds.
///
/// @param busyReceivers with attempts under way
record NotifySizes(int alerts, int groups, int pending, int busyReceivers) {}
