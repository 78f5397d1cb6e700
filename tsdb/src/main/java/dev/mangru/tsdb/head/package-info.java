/// What is in memory: series with their labels and newest samples ([SeriesTable]), the samples
/// since the last seal ([Rows]), and the file that remembers series across restarts ([Registry]).
/// Series are numbered from 0 in order of first sight; the number is called a ref and never given
/// twice.
@NullMarked
package dev.mangru.tsdb.head;

import org.jspecify.annotations.NullMarked;
