/// The one seam through which Mangru writes to disk, and the durable record log built on it. Start
/// with [Disk] and [RecordLog]; the bytes are drawn in FORMAT.md beside this file.
@NullMarked
package dev.mangru.model.disk;

import org.jspecify.annotations.NullMarked;
