// Ticks and unticks every [data-select] of the page by the box in [data-select-all], which without this script stays hidden.
const all = document.querySelector("[data-select-all]");
const boxes = [...document.querySelectorAll("[data-select]")];

if (all && boxes.length) {
  const box = all.querySelector("input");
  all.hidden = false;
  box.addEventListener("change", () => {
    for (const one of boxes) one.checked = box.checked;
  });
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-select]")) return;
    const ticked = boxes.filter((one) => one.checked).length;
    box.checked = ticked === boxes.length;
    box.indeterminate = ticked > 0 && ticked < boxes.length;
  });
}
