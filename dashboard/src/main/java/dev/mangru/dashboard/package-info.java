/// What humans look at: the pages in the browser. Start with
/// [dev.mangru.dashboard.shell.MangruShell], which dresses every page, and
/// [dev.mangru.dashboard.shell.MangruLayout], which frames them; each page has a package of its
/// own. Java composes the pages; samples and log lines never pass through it: the web components in
/// `src/main/frontend/mangru` fetch them over HTTP.
@NullMarked
package dev.mangru.dashboard;

import org.jspecify.annotations.NullMarked;
