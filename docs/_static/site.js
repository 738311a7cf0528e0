"use strict";
// What is wider than its place scrolls, and gets into the keyboard's reach as long as it does.
(() => {
  const wide = "pre, .table-wrapper, .formula, .cell_output > div";
  const reach = () => document.querySelectorAll(wide).forEach((part) => {
    if (part.scrollWidth > part.clientWidth + 1) part.tabIndex = 0;
    else part.removeAttribute("tabindex");
  });
  addEventListener("load", reach);
  addEventListener("resize", reach);
  document.addEventListener("toggle", reach, true); // code that was folded is measured when it opens
})();
