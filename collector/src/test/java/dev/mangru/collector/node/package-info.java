/// Tests of reading this machine, on recorded trees and on the machine itself.
@NullMarked
package dev.mangru.collector.node;

import org.jspecify.annotations.NullMarked;
