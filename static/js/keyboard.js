// Keys: "/" focuses [data-search] or goes where there is one, j and k walk over [data-row] and Enter opens its [data-open],
// n and t follow the [data-log] and [data-task] of the row in focus, or else of the page, g and then a letter follow
// [data-go=letter], "?" shows [data-keys] (as [data-keys-open] does).
// The box [data-keys-off] switches single letters off, remembered in this browser.
const OFF = "keys-off";
const rows = [...document.querySelectorAll("[data-row]")];
const help = document.querySelector("[data-keys]");
const box = document.querySelector("[data-keys-off]");
const opener = document.querySelector("[data-keys-open]");
let here = -1;
let going = false;

function walk(step) {
  if (!rows.length) return;
  rows[here]?.classList.remove("here");
  here = Math.min(Math.max(here + step, 0), rows.length - 1);
  rows[here].classList.add("here");
  rows[here].querySelector("[data-open]").focus();
}

function search() {
  const field = document.querySelector("[data-search]");
  if (!field) return document.querySelector("[data-go=c]")?.click();
  field.focus();
  field.select();
}

function follow(name) {
  const row = document.activeElement.closest("[data-row]") ?? rows[here];
  (row?.querySelector(name) ?? [...document.querySelectorAll(name)].find((link) => !link.closest("[data-row]")))?.click();
}

const actions = {
  "/": search,
  j: () => walk(1),
  k: () => walk(-1),
  n: () => follow("[data-log]"),
  t: () => follow("[data-task]"),
  "?": () => help.showModal(),
  g: () => (going = true),
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea, dialog");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || localStorage.getItem(OFF)) return;
  const gone = going && document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
  going = false;
  if (!gone && !(event.key in actions)) return;
  event.preventDefault();
  gone ? gone.click() : actions[event.key]();
});

if (opener) {
  opener.hidden = false;
  opener.addEventListener("click", () => help.showModal());
}
if (box) {
  box.checked = Boolean(localStorage.getItem(OFF));
  box.addEventListener("change", () => (box.checked ? localStorage.setItem(OFF, "1") : localStorage.removeItem(OFF)));
}
