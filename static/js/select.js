// A list whose rows are being selected: the box in the table's head selects them all. Everything works without this file.
(() => {
  "use strict";

  document.addEventListener("change", ({ target }) => {
    const boxes = [...document.querySelectorAll("tbody [form=selected]")];
    const all = document.getElementById("all");
    if (target === all) boxes.forEach((box) => { box.checked = all.checked; });
    else if (!boxes.includes(target)) return;
    const count = boxes.filter((box) => box.checked).length;
    all.checked = count === boxes.length;
    all.indeterminate = count > 0 && !all.checked;
    document.getElementById("live").textContent = `${count} selected`;
  });
})();
