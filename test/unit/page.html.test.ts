import fc from "fast-check";
import { expect, test } from "vitest";
import { escapeText, Html, html } from "../../report/page/html";

test("values are escaped, HTML and lists of it are not", () => {
  const items = ["<b>", "a \"quoted\" & 'word'"].map((item) => html`<li title="${item}">${item}</li>`);
  expect(html`<ul>${items}</ul>${undefined}${3}`.toString()).toBe(
    '<ul><li title="&lt;b&gt;">&lt;b&gt;</li><li title="a &quot;quoted&quot; &amp; &#39;word&#39;">' +
      "a &quot;quoted&quot; &amp; &#39;word&#39;</li></ul>3",
  );
});

test("no text can leave its place", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(escapeText(text)).not.toMatch(/[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/);
    }),
  );
});

test("what no page can hold is told apart from nothing", () => {
  expect(escapeText("a\u0007b\u001b[31m\u0000\ud800")).toBe("a\u{FFFD}b\u{FFFD}[31m\u{FFFD}\u{FFFD}");
  expect(escapeText("1 → 2\t✓\n")).toBe("1 → 2\t✓\n");
});

test("only a template makes HTML", () => {
  expect(html`a`).toBeInstanceOf(Html);
  expect(html`${"<i>"}${[html`<i>`, ["<i>"]]}`.text).toBe("&lt;i&gt;<i>&lt;i&gt;");
});
