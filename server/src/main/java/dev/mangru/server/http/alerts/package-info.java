/// Rules, alerts, silences and notifications over HTTP, in the forms of Prometheus and
/// Alertmanager.
@NullMarked
package dev.mangru.server.http.alerts;

import org.jspecify.annotations.NullMarked;
