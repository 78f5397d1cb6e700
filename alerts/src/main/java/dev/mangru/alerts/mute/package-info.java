/// What keeps people from hearing of an alert: [Silences] that someone made, an [Inhibitor] by
/// which one alert speaks for others, and time intervals ([TimeMuting]). A silence is on stable
/// storage before whoever made it is answered; `FORMAT.md` beside this file tells how.
@NullMarked
package dev.mangru.alerts.mute;

import org.jspecify.annotations.NullMarked;
