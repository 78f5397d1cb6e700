package dev.mangru.dashboard.shell;

import com.vaadin.flow.component.html.H1;
import com.vaadin.flow.component.html.Main;

/// A page inside [MangruLayout]: the one `main` landmark, with its heading.
public abstract class MangruPage extends Main {

  private static final long serialVersionUID = 1L;

  /// Makes an empty page.
  ///
  /// @param key which navigation entry it is, such as `overview` or `alerts`
  /// @param heading the page's only `h1`
  @SuppressWarnings("this-escape") // Vaadin components are built by calling their own setters
  protected MangruPage(String key, String heading) {
    setId("main");
    addClassName("mangru-page");
    addClassName("mangru-" + key);
    getElement().setAttribute("tabindex", "-1");
    getElement().setAttribute("data-page", key);
    var title = new H1(heading);
    title.addClassName("visually-hidden");
    add(title);
  }
}
