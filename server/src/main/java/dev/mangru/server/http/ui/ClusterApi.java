package dev.mangru.server.http.ui;

import dev.mangru.model.cluster.ClusterView;
import dev.mangru.server.http.JsonAnswer;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/// `/api/ui/cluster`: workloads, pods and nodes as they are now.
@RestController
public final class ClusterApi {

  private final ClusterView view;

  public ClusterApi(ClusterView view) {
    this.view = view;
  }

  @GetMapping("/api/ui/cluster")
  void cluster(HttpServletResponse response) throws IOException {
    JsonAnswer.value(response, view.state());
  }
}
