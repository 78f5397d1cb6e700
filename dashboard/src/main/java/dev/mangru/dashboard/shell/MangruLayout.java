package dev.mangru.dashboard.shell;

import com.vaadin.flow.component.HasElement;
import com.vaadin.flow.component.dependency.JsModule;
import com.vaadin.flow.component.html.Anchor;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.dom.Element;
import com.vaadin.flow.router.RouterLayout;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Frames every page: navigation on the left (below, on a phone), the time range on top, the page
/// in between.
///
/// The range, the zone and everything else a page shows are kept in the address by the browser
/// modules (`state.js`), so that a page can be rebuilt from its address alone.
@JsModule("./mangru/shell.js")
public final class MangruLayout extends Div implements RouterLayout {

  private static final long serialVersionUID = 1L;

  private final Div content = new Div();

  /// Called by the router, once per browser tab.
  public MangruLayout() {
    addClassName("mangru-shell");
    var skip = new Anchor("#main", "Skip to the page");
    skip.addClassName("skip-link");
    skip.getElement().setAttribute("router-ignore", true);
    content.addClassName("mangru-content");
    getElement()
        .appendChild(
            skip.getElement(),
            new Element("mangru-nav"),
            new Element("mangru-topbar"),
            content.getElement());
  }

  @Override
  public void showRouterLayoutContent(@Nullable HasElement page) {
    content.getElement().removeAllChildren();
    if (page != null) {
      content.getElement().appendChild(Objects.requireNonNull(page.getElement()));
    }
  }
}
