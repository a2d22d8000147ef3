package dev.keraunos.report.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** A page that needs nothing beside it: no script, no other file. */
public final class Page {
  private Page() {}

  /** The whole page. */
  public static String of(String title, Html body) {
    Html page = new Html();
    page.add("<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\"><head>");
    page.add("<meta charset=\"utf-8\"/><title>%s</title>", title);
    page.add("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>");
    page.add("<style>%s</style></head><body>", Html.of(style().replace("%", "%%")));
    return page.add("%s</body></html>\n", body).toString();
  }

  private static String style() {
    try (InputStream in = Page.class.getResourceAsStream("report.css")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
