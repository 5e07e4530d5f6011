// A table that is wider than the window is scrolled by keys too. `document$` is Material's: a page is there.
document$.subscribe(() => {
  for (const wrap of document.querySelectorAll(".md-typeset__scrollwrap")) wrap.tabIndex = 0;
});
