/// What is installed in a cluster: the Helm chart, rendered by Helm itself.
@NullMarked
package dev.mangru.server.packaging;

import org.jspecify.annotations.NullMarked;
