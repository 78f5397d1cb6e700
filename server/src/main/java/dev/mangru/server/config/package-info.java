/// Configuration: one record tree, bound strictly. Start with [MangruProperties];
/// `application.yaml` lists every option.
@NullMarked
package dev.mangru.server.config;

import org.jspecify.annotations.NullMarked;
