package dev.mangru.alerts.notify;

import java.net.Socket;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/// What `insecure_skip_verify` asks for: no certificate is looked at, nor whose it is.
final class TrustAnyone extends X509ExtendedTrustManager {

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {
    // whoever configured insecure_skip_verify trusts everyone
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {
    // whoever configured insecure_skip_verify trusts everyone
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
    // whoever configured insecure_skip_verify trusts everyone
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
    // whoever configured insecure_skip_verify trusts everyone
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) {
    // whoever configured insecure_skip_verify trusts everyone
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) {
    // whoever configured insecure_skip_verify trusts everyone
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
