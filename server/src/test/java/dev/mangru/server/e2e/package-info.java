/// The whole product from outside: a process, HTTP, a browser, rivals beside it.
@NullMarked
package dev.mangru.server.e2e;

import org.jspecify.annotations.NullMarked;
