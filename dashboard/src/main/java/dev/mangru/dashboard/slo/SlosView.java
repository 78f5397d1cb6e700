package dev.mangru.dashboard.slo;

import com.vaadin.flow.router.PageTitle;
import com.vaadin.flow.router.Route;
import dev.mangru.dashboard.shell.MangruLayout;
import dev.mangru.dashboard.shell.MangruPage;
import dev.mangru.model.slo.SloBook;

/// All objectives with all their windows.
@Route(value = "slos", layout = MangruLayout.class)
@PageTitle("SLOs · Mangru")
public final class SlosView extends MangruPage {

  private static final long serialVersionUID = 1L;

  /// Called by the router.
  ///
  /// @param book where the statuses come from
  public SlosView(SloBook book) {
    super("slos", "Service level objectives");
    add(SloBoard.sections(book));
  }
}
