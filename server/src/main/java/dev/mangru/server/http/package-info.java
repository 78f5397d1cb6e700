/// What all HTTP endpoints share: the front door (headers, hosts, origins), request bodies,
/// parameters, JSON and errors. Endpoints live in `.prometheus`, `.logs` and `.ui`; they talk to
/// ports and to the decoders of the engines, never to an engine.
@NullMarked
package dev.mangru.server.http;

import org.jspecify.annotations.NullMarked;
