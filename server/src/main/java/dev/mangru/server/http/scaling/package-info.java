/// What was scaled and why, over HTTP. Start with [DecisionsApi].
@NullMarked
package dev.mangru.server.http.scaling;

import org.jspecify.annotations.NullMarked;
