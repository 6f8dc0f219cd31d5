// What can be copied: selected in any case, so that it can be done by hand where the clipboard is out of reach.
(() => {
  "use strict";

  const byId = (id) => document.getElementById(id);

  document.addEventListener("click", ({ target }) => {
    const from = byId(target.closest("[data-copy]")?.dataset.copy);
    if (!from) return;
    getSelection().selectAllChildren(from);
    navigator.clipboard?.writeText(from.textContent).then(() => { byId("live").textContent = "Copied"; });
  });
})();
