package dev.mangru.collector.node;

import java.io.IOException;

/// `adjtimex(2)`: whether the node's clock is kept in step, and how far off it may be.
final class ClockCollector implements HostCollector {

  private static final Family SYNC =
      Family.gauge("node_timex_sync_status", "1 if the clock is synchronised, 0 otherwise.");
  private static final Family OFFSET =
      Family.gauge("node_timex_offset_seconds", "Offset between the clock and its reference.");
  private static final Family MAX_ERROR =
      Family.gauge("node_timex_maxerror_seconds", "Largest error of the clock.");
  private static final Family ESTIMATED_ERROR =
      Family.gauge("node_timex_estimated_error_seconds", "Estimated error of the clock.");
  private static final Family FREQUENCY =
      Family.gauge("node_timex_frequency_adjustment_ratio", "Speed the clock is corrected to.");
  private static final Family STATUS = Family.gauge("node_timex_status", "Status bits.");
  private static final Family LOOP =
      Family.gauge("node_timex_loop_time_constant", "Phase-locked loop time constant.");
  private static final Family TICK =
      Family.gauge("node_timex_tick_seconds", "Seconds between clock ticks.");
  private static final Family TAI =
      Family.gauge("node_timex_tai_offset_seconds", "International Atomic Time offset.");

  private final NativeCalls calls;

  ClockCollector(NativeCalls calls) {
    this.calls = calls;
  }

  @Override
  public String name() {
    return "timex";
  }

  @Override
  public void collect(SeriesBook.Group host, long nowMs) throws IOException {
    NativeCalls.ClockState clock = calls.adjtimex();
    host.write(SYNC, clock.synchronised() ? 1 : 0);
    host.write(OFFSET, clock.offset());
    host.write(MAX_ERROR, clock.maxError());
    host.write(ESTIMATED_ERROR, clock.estimatedError());
    host.write(FREQUENCY, clock.frequencyRatio());
    host.write(STATUS, clock.status());
    host.write(LOOP, clock.loopConstant());
    host.write(TICK, clock.tick());
    host.write(TAI, clock.taiOffset());
  }
}
