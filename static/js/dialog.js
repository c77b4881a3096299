// Opens the page of an a[data-dialog] in a dialog: its h1 as the heading, its [data-dialog-body] as the content, its style
// sheets too. Forms in there are sent from there: a redirect reloads this page, a page that answers (422: what is wrong)
// takes the content's place. [data-dialog-close] closes, as Esc does. Without this script all of it are plain pages.
const dialog = document.createElement("dialog");
const heading = document.createElement("h2");
const content = document.createElement("div");
heading.id = "dialog-title";
dialog.className = "form-dialog";
dialog.setAttribute("aria-labelledby", heading.id);
dialog.append(heading, content);
let opener = null;

// The style sheets that the content needs and this page does not have; the content waits for them.
function dress(page) {
  const worn = new Set([...document.querySelectorAll("link[rel=stylesheet]")].map((link) => link.href));
  const wanted = [...page.querySelectorAll("link[rel=stylesheet]")].map((link) => new URL(link.getAttribute("href"), location.href).href);
  return Promise.all(wanted.filter((href) => !worn.has(href)).map((href) => new Promise((done) => {
    const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href, onload: done, onerror: done });
    document.head.append(link);
  })));
}

// Whether the answer held something for the dialog.
async function show(response) {
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const body = page.querySelector("[data-dialog-body]");
  if (!body) return false;
  await dress(page);
  heading.textContent = page.querySelector("h1")?.textContent.trim() ?? "";
  content.replaceChildren(document.importNode(body, true));
  if (!dialog.isConnected) document.body.append(dialog);
  if (!dialog.open) dialog.showModal();
  const first = content.querySelector("[aria-invalid=true], [autofocus]") ?? content.querySelector("input:not([type=hidden]), select, textarea, button");
  first?.focus();
  return true;
}

async function open(link) {
  opener = link;
  try {
    const response = await fetch(link.href, { headers: { Accept: "text/html" } });
    if (!response.ok || response.redirected || !(await show(response))) location.assign(link.href);
  } catch {
    location.assign(link.href);
  }
}

function complain(text) {
  const line = content.querySelector("[data-dialog-failed]") ?? document.createElement("p");
  line.dataset.dialogFailed = "";
  line.className = "notice bad";
  line.setAttribute("role", "alert");
  line.textContent = text;
  content.prepend(line);
}

async function send(form, submitter) {
  const address = new URL(submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? "", opener.href);
  const buttons = [...form.querySelectorAll("button")];
  const body = new FormData(form, submitter);
  for (const button of buttons) button.disabled = true;
  try {
    const response = await fetch(address, { method: "POST", body, redirect: "manual" });
    if (response.type === "opaqueredirect") return location.reload();
    if (!(await show(response))) complain("This was not saved: the server did not take it. Try again, or open the page itself.");
  } catch {
    complain("This was not saved: the server cannot be reached. Try again.");
  }
  for (const button of buttons) button.disabled = false;
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-dialog-close]") && dialog.contains(event.target)) {
    event.preventDefault();
    dialog.close();
  }
  const link = event.target.closest("a[data-dialog]");
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  open(link);
});

dialog.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  event.preventDefault();
  send(form, event.submitter);
});

dialog.addEventListener("close", () => {
  content.replaceChildren();
  opener?.focus();
});
