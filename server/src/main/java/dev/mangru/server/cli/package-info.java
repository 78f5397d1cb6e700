/// The command line: one class per subcommand, exit codes, and messages of one line. Start with
/// [UpCommand].
@NullMarked
package dev.mangru.server.cli;

import org.jspecify.annotations.NullMarked;
