package dev.mangru.alerts.state;

import dev.mangru.model.alert.Alert;
import dev.mangru.model.alert.AlertState;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.wire.ProtobufReader;
import dev.mangru.model.wire.ProtobufWriter;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The bytes of the journal's records; `FORMAT.md` draws them.
final class AlertRecords {

  /// What a change is good for when it is read again.
  enum Scope {
    /// State and timeline.
    BOTH,
    /// Part of a snapshot: its state.
    STATE,
    /// Part of a snapshot: its timeline.
    TIMELINE
  }

  /// Where a record stands in a snapshot.
  enum Snapshot {
    /// In none, or inside.
    NONE,
    /// It is the first.
    BEGINS,
    /// It is the last: everything before the snapshot is moot.
    ENDS
  }

  /// Takes what a record holds.
  interface Sink {
    /// A snapshot begins; one that was under way never ended and is moot.
    void snapshotBegins();

    /// What came since the snapshot began replaces everything before.
    void snapshotEnds();

    /// One change.
    void change(AlertChange change, Scope scope);
  }

  private AlertRecords() {}

  static byte[] encode(List<AlertChange> changes, Scope scope, Snapshot snapshot) {
    ProtobufWriter writer = new ProtobufWriter();
    if (snapshot != Snapshot.NONE) {
      writer.varint(1, snapshot == Snapshot.BEGINS ? 1 : 2);
    }
    writer.varint(2, code(scope));
    for (AlertChange change : changes) {
      writer.message(3, message -> change(message, change));
    }
    return writer.toByteArray();
  }

  private static void change(ProtobufWriter writer, AlertChange change) {
    RuleKey rule = change.rule();
    Alert alert = change.alert();
    writer.string(1, rule.file()).string(2, rule.group()).string(3, rule.name());
    writer.fixed64(4, rule.fingerprint());
    writer.zigZag(5, change.at().toEpochMilli());
    writer.varint(6, code(change.from())).varint(7, code(change.to()));
    writer.doubleField(8, alert.value());
    labels(writer, 9, alert.labels());
    labels(writer, 10, alert.annotations());
    writer.varint(11, code(alert.state()));
    writer.zigZag(12, alert.activeAt().toEpochMilli());
    time(writer, 13, alert.firedAt());
    time(writer, 14, alert.keepFiringSince());
    time(writer, 15, alert.resolvedAt());
  }

  private static void labels(ProtobufWriter writer, int field, Labels labels) {
    for (int i = 0; i < labels.count(); i++) {
      int at = i;
      writer.message(field, pair -> pair.string(1, labels.name(at)).string(2, labels.value(at)));
    }
  }

  private static void time(ProtobufWriter writer, int field, @Nullable Instant time) {
    if (time != null) {
      writer.zigZag(field, time.toEpochMilli());
    }
  }

  /// Reads one record.
  ///
  /// @throws MangruException `BAD_DATA` if it is not one
  static void decode(ByteBuffer payload, Sink sink) {
    byte[] bytes = new byte[payload.remaining()];
    payload.duplicate().get(bytes);
    ProtobufReader reader = new ProtobufReader(bytes);
    Scope scope = Scope.BOTH;
    boolean ends = false;
    while (reader.nextField()) {
      switch (reader.field()) {
        case 1 -> {
          long snapshot = reader.readVarint();
          ends = snapshot == 2;
          if (snapshot == 1) {
            sink.snapshotBegins();
          } else if (!ends) {
            throw MangruException.badData("unknown part of a snapshot " + snapshot);
          }
        }
        case 2 -> scope = scope(reader.readVarint());
        case 3 -> sink.change(change(reader.readMessage()), scope);
        default -> reader.skip();
      }
    }
    if (ends) {
      sink.snapshotEnds();
    }
  }

  private static AlertChange change(ProtobufReader reader) {
    String file = "";
    String group = "";
    String name = "";
    long fingerprint = 0;
    long at = 0;
    AlertState from = AlertState.INACTIVE;
    AlertState to = AlertState.INACTIVE;
    AlertState state = AlertState.INACTIVE;
    double value = 0;
    List<String> labels = new ArrayList<>();
    List<String> annotations = new ArrayList<>();
    long activeAt = 0;
    Instant firedAt = null;
    Instant keepFiringSince = null;
    Instant resolvedAt = null;
    while (reader.nextField()) {
      switch (reader.field()) {
        case 1 -> file = reader.readString();
        case 2 -> group = reader.readString();
        case 3 -> name = reader.readString();
        case 4 -> fingerprint = reader.readFixed64();
        case 5 -> at = reader.readZigZag();
        case 6 -> from = state(reader);
        case 7 -> to = state(reader);
        case 8 -> value = reader.readDouble();
        case 9 -> pair(reader.readMessage(), labels);
        case 10 -> pair(reader.readMessage(), annotations);
        case 11 -> state = state(reader);
        case 12 -> activeAt = reader.readZigZag();
        case 13 -> firedAt = Instant.ofEpochMilli(reader.readZigZag());
        case 14 -> keepFiringSince = Instant.ofEpochMilli(reader.readZigZag());
        case 15 -> resolvedAt = Instant.ofEpochMilli(reader.readZigZag());
        default -> reader.skip();
      }
    }
    Alert alert =
        new Alert(
            Labels.of(labels.toArray(String[]::new)),
            Labels.of(annotations.toArray(String[]::new)),
            state,
            value,
            Instant.ofEpochMilli(activeAt),
            firedAt,
            keepFiringSince,
            resolvedAt);
    RuleKey rule = new RuleKey(file, group, name, fingerprint);
    return new AlertChange(rule, Instant.ofEpochMilli(at), from, to, alert);
  }

  private static void pair(ProtobufReader reader, List<String> pairs) {
    String name = "";
    String value = "";
    while (reader.nextField()) {
      switch (reader.field()) {
        case 1 -> name = reader.readString();
        case 2 -> value = reader.readString();
        default -> reader.skip();
      }
    }
    if (name.isEmpty()) {
      throw MangruException.badData("a label without a name");
    }
    pairs.add(name);
    pairs.add(value);
  }

  private static AlertState state(ProtobufReader reader) {
    long code = reader.readVarint();
    for (AlertState state : AlertState.values()) {
      if (code(state) == code) {
        return state;
      }
    }
    throw MangruException.badData("unknown alert state " + code);
  }

  private static int code(AlertState state) {
    return switch (state) {
      case INACTIVE -> 0;
      case PENDING -> 1;
      case FIRING -> 2;
      case RESOLVED -> 3;
    };
  }

  private static Scope scope(long code) {
    for (Scope scope : Scope.values()) {
      if (code(scope) == code) {
        return scope;
      }
    }
    throw MangruException.badData("unknown scope " + code);
  }

  private static int code(Scope scope) {
    return switch (scope) {
      case BOTH -> 0;
      case STATE -> 1;
      case TIMELINE -> 2;
    };
  }
}
