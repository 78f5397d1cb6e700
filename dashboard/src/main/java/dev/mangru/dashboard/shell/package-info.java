/// The frame around every page: theme, navigation, time range, keyboard. Start with [MangruLayout].
@NullMarked
package dev.mangru.dashboard.shell;

import org.jspecify.annotations.NullMarked;
