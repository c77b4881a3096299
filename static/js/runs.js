// While [data-live="moving"] says that something is under way, fetches this page every five seconds and puts its [data-live]
// in place of the one here. What is open stays open; nothing moves under a hand: not while something in it has the focus, and
// not while nobody looks. Without this script a person reloads the page.
const EVERY = 5000; // milliseconds
let live = document.querySelector("[data-live]");

async function renew() {
  if (document.hidden || live.contains(document.activeElement)) return;
  const response = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!response.ok || response.redirected) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const news = page.querySelector("[data-live]");
  if (!news || live.contains(document.activeElement)) return;
  const open = new Set([...live.querySelectorAll("details[open]")].map((one) => one.id));
  const renewed = document.importNode(news, true);
  for (const one of renewed.querySelectorAll("details")) one.open = open.has(one.id);
  live.replaceWith(renewed);
  live = renewed;
}

async function keep() {
  if (live?.dataset.live !== "moving") return;
  try {
    await renew();
  } catch {
    // The server cannot be reached now; the next attempt may find it.
  }
  setTimeout(keep, EVERY);
}

setTimeout(keep, EVERY);
