package dev.mangru.collector.tail;

/// Kubernetes' CRI log format: `2026-01-02T03:04:05.6Z stdout F text`; tag `P` continues in the
/// next line of the same output.
///
/// Source: kubelet `pkg/kubelet/kuberuntime/logs`; containerd and CRI-O write it.
final class CriDecoder implements LineDecoder {

  private static final int STREAM_LENGTH = 6;

  private final PartialLines partials;
  private long lastStampNs = Rfc3339.NONE;

  CriDecoder(int maxLineBytes) {
    partials = new PartialLines(maxLineBytes);
  }

  @Override
  public void line(byte[] buffer, int from, int to, long offset, long nowNs, RecordSink sink) {
    int stream = ByteScan.indexOf(buffer, from, to, ' ') + 1;
    long stampNs = stream == 0 ? Rfc3339.NONE : Rfc3339.parse(buffer, from, stream - 1);
    int tag = stream + STREAM_LENGTH + 1;
    if (stampNs == Rfc3339.NONE || tag >= to || buffer[tag - 1] != ' ') {
      malformed(buffer, from, to, nowNs, sink);
      return;
    }
    boolean stderr = isStream(buffer, stream, "stderr");
    boolean partial = buffer[tag] == 'P';
    if ((!stderr && !isStream(buffer, stream, "stdout")) || (!partial && buffer[tag] != 'F')) {
      malformed(buffer, from, to, nowNs, sink);
      return;
    }
    // After the first letter may come `:` and further tags; an empty text may lack its space.
    int text = tag + 1;
    while (text < to && buffer[text] != ' ') {
      text++;
    }
    lastStampNs = stampNs;
    partials.piece(stderr, !partial, stampNs, buffer, Math.min(text + 1, to), to, offset, sink);
  }

  private static boolean isStream(byte[] buffer, int at, String name) {
    for (int i = 0; i < STREAM_LENGTH; i++) {
      if (buffer[at + i] != name.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private void malformed(byte[] buffer, int from, int to, long nowNs, RecordSink sink) {
    sink.malformed();
    sink.record("", lastStampNs == Rfc3339.NONE ? nowNs : lastStampNs, buffer, from, to);
  }

  @Override
  public long pendingOffset() {
    return partials.pendingOffset();
  }

  @Override
  public void flush(RecordSink sink) {
    partials.flush(sink);
  }
}
