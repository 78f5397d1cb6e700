/// Go's text/template language for the texts of alerts and notifications, written for Java: the
/// grammar, the semantics and the error texts are Go's, so that templates written for Prometheus
/// and Alertmanager work as they are. Start with [Template]; rules use [AlertTemplates],
/// notifications [NotificationData].
///
/// Templates come from users, so nothing here runs away ([TemplateLimits]) and nothing reaches Java
/// objects by reflection: a template sees only a [Value].
@NullMarked
package dev.mangru.alerts.template;

import org.jspecify.annotations.NullMarked;
