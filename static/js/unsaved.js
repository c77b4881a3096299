// Asks before a page is left on which something typed in a form[data-unsaved] is not saved; with data-unsaved="typed" that
// is so from the start. Sending the form keeps what was typed, and a[data-drop] in it gives it up: neither asks.
const said = (form) => new URLSearchParams(new FormData(form)).toString();

for (const form of document.querySelectorAll("form[data-unsaved]")) {
  const before = form.dataset.unsaved === "typed" ? null : said(form);
  let leaves = false;
  form.addEventListener("submit", () => { leaves = true; });
  form.addEventListener("click", (event) => { leaves ||= event.target.closest("[data-drop]") !== null; });
  window.addEventListener("pageshow", () => { leaves = false; }); // come back to by the browser's button
  window.addEventListener("beforeunload", (event) => {
    if (!leaves && said(form) !== before) event.preventDefault();
  });
}
