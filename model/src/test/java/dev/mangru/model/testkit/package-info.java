/// What tests of several modules share: seeds, and a disk that is cruel on purpose.
@NullMarked
package dev.mangru.model.testkit;

import org.jspecify.annotations.NullMarked;
