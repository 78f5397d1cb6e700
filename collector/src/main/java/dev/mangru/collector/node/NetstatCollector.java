package dev.mangru.collector.node;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Protocol counters: `/proc/net/snmp`, `netstat`, `snmp6` and the sockets in use. Fields as in
/// node_exporter's default list.
final class NetstatCollector implements HostCollector {

  private static final Set<String> FIELDS =
      Set.of(
          "Icmp_InMsgs",
          "Icmp_OutMsgs",
          "Icmp_InErrors",
          "Icmp6_InMsgs",
          "Icmp6_OutMsgs",
          "Icmp6_InErrors",
          "IpExt_InOctets",
          "IpExt_OutOctets",
          "Ip_Forwarding",
          "Ip6_InOctets",
          "Ip6_OutOctets",
          "TcpExt_ListenOverflows",
          "TcpExt_ListenDrops",
          "TcpExt_SyncookiesSent",
          "TcpExt_SyncookiesRecv",
          "TcpExt_SyncookiesFailed",
          "TcpExt_TCPSynRetrans",
          "TcpExt_TCPTimeouts",
          "TcpExt_TCPOFOQueue",
          "TcpExt_TCPRcvQDrop",
          "Tcp_ActiveOpens",
          "Tcp_PassiveOpens",
          "Tcp_RetransSegs",
          "Tcp_CurrEstab",
          "Tcp_InSegs",
          "Tcp_OutSegs",
          "Tcp_InErrs",
          "Tcp_OutRsts",
          "Udp_InDatagrams",
          "Udp_InErrors",
          "Udp_OutDatagrams",
          "Udp_NoPorts",
          "Udp_RcvbufErrors",
          "Udp_SndbufErrors",
          "Udp6_InDatagrams",
          "Udp6_InErrors",
          "Udp6_OutDatagrams",
          "Udp6_NoPorts",
          "Udp6_RcvbufErrors",
          "Udp6_SndbufErrors",
          "UdpLite_InErrors",
          "UdpLite6_InErrors");

  private final KeptFile snmp;
  private final KeptFile netstat;
  private final KeptFile snmp6;
  private final KeptFile sockstat;
  private final KeptFile sockstat6;
  private final FileBytes bytes;
  private final Map<String, Family> families = new HashMap<>();
  private final double pageBytes;

  NetstatCollector(Path proc, FileBytes bytes, double pageBytes) {
    Path net = proc.resolve("net");
    this.snmp = new KeptFile(net.resolve("snmp"));
    this.netstat = new KeptFile(net.resolve("netstat"));
    this.snmp6 = new KeptFile(net.resolve("snmp6"));
    this.sockstat = new KeptFile(net.resolve("sockstat"));
    this.sockstat6 = new KeptFile(net.resolve("sockstat6"));
    this.bytes = bytes;
    this.pageBytes = pageBytes;
  }

  @Override
  public String name() {
    return "netstat";
  }

  @Override
  public void collect(SeriesBook.Group host, long nowMs) throws IOException {
    if (snmp.read(bytes)) {
      twoLines(host);
    }
    if (netstat.read(bytes)) {
      twoLines(host);
    }
    if (snmp6.read(bytes)) {
      prefixed(host);
    }
    if (sockstat.read(bytes)) {
      sockets(host);
    }
    if (sockstat6.read(bytes)) {
      sockets(host);
    }
  }

  /// A line of names and a line of numbers for each protocol.
  private void twoLines(SeriesBook.Group host) {
    while (bytes.hasMore()) {
      String protocol = bytes.upTo(':');
      List<String> names = new ArrayList<>();
      while (!bytes.atLineEnd()) {
        names.add(bytes.word());
      }
      bytes.nextLine();
      bytes.upTo(':');
      for (String name : names) {
        field(host, protocol + "_" + name, bytes.decimal());
      }
      bytes.nextLine();
    }
  }

  /// `Udp6InErrors 0`: the protocol ends with its 6.
  private void prefixed(SeriesBook.Group host) {
    while (bytes.hasMore()) {
      String name = bytes.word();
      int six = name.indexOf('6');
      if (six > 0) {
        field(host, name.substring(0, six + 1) + "_" + name.substring(six + 1), bytes.decimal());
      }
      bytes.nextLine();
    }
  }

  private void field(SeriesBook.Group host, String field, double value) {
    if (FIELDS.contains(field)) {
      Family family =
          families.computeIfAbsent(
              field, key -> Family.untyped("node_netstat_" + key, "Statistic " + key + "."));
      host.write(family, value);
    }
  }

  /// `TCP: inuse 1 orphan 0`: pairs of a name and a number.
  private void sockets(SeriesBook.Group host) {
    while (bytes.hasMore()) {
      String protocol = bytes.upTo(':');
      while (!bytes.atLineEnd()) {
        String name = bytes.word();
        double value = bytes.decimal();
        if (name.isEmpty()) {
          break;
        }
        socket(host, protocol + "_" + name, value);
        if (name.equals("mem")) {
          socket(host, protocol + "_mem_bytes", value * pageBytes);
        }
        bytes.skipBlanks();
      }
      bytes.nextLine();
    }
  }

  private void socket(SeriesBook.Group host, String field, double value) {
    Family family =
        families.computeIfAbsent(
            field, key -> Family.gauge("node_sockstat_" + key, "Sockets: " + key + "."));
    host.write(family, value);
  }

  @Override
  public void close() throws IOException {
    snmp.close();
    netstat.close();
    snmp6.close();
    sockstat.close();
    sockstat6.close();
  }
}
