/// Holds the answers of a running Mangru against an OpenAPI description: for each path and method
/// some requests with good, missing and bad parameters, whose status, content type and body have to
/// be what is described. Start with [dev.mangru.server.conformance.http.HttpConformance].
@NullMarked
package dev.mangru.server.conformance.http;

import org.jspecify.annotations.NullMarked;
