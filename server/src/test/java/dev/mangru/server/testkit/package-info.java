/// What the server's tests share. Start with [dev.mangru.server.testkit.LiveServer].
@NullMarked
package dev.mangru.server.testkit;

import org.jspecify.annotations.NullMarked;
