package dev.mangru.server.http.prometheus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.TenantMetrics;
import dev.mangru.model.metric.Tenants;
import dev.mangru.model.time.Ticker;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

class AdminApiTest {

  /// Nobody may come this far.
  private static final class Guarded implements Tenants {

    @Override
    public TenantMetrics forWriting(String tenant) {
      throw new IllegalStateException("an administrator does not write");
    }

    @Override
    public TenantMetrics forReading(String tenant) {
      throw new IllegalStateException("the interface is switched off");
    }
  }

  /// One of the endpoints.
  private interface Call {
    void on(AdminApi api, MockHttpServletRequest request, MockHttpServletResponse response)
        throws Exception;
  }

  private static void isRefused(Call call) {
    AdminApi api = new AdminApi(new Guarded(), new AdminApi.Settings(false), Ticker.SYSTEM);
    MockHttpServletRequest request = new MockHttpServletRequest();
    request.setParameter("match[]", "up");
    assertThatThrownBy(() -> call.on(api, request, new MockHttpServletResponse()))
        .isInstanceOfSatisfying(
            MangruException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE);
              assertThat(e.text()).isEqualTo("admin APIs disabled");
            });
  }

  @Test
  void switched_off_it_refuses_everything_with_prometheus_words() {
    isRefused(AdminApi::deleteSeries);
    isRefused(AdminApi::cleanTombstones);
    isRefused(AdminApi::snapshot);
    isRefused(AdminApi::compact);
    isRefused(AdminApi::importPiece);
  }
}
