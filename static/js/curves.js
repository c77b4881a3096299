// Draws a measure's curves again while their points are typed, in a form[data-curves]. Each [data-curve] holds an svg
// with data-low and data-high (the ends of its values), bars in [data-bars] and a [data-line] for each list
// [data-points] in the same order; a list has rows [data-point] of two inputs, value and points. A tick in
// [data-steps] makes them steps. The numbers are those of healthsite/pages/scorecards/histograms.py.
const LEFT = 24, RIGHT = 258, TOP = 6, FOOT = 86;
const SVG = "http://www.w3.org/2000/svg";

// The points that are numbers already; what goes back is left out, for there is no such line.
function read(list) {
  const found = [];
  for (const row of list.querySelectorAll("[data-point]")) {
    const [raw, points] = [...row.querySelectorAll("input")].map((input) => (input.value.trim() === "" ? NaN : Number(input.value)));
    const fits = Number.isFinite(raw) && Number.isFinite(points) && points >= 0 && points <= 100 && !(found.length && raw <= found.at(-1)[0]);
    if (fits) found.push([raw, points]);
    for (const input of row.querySelectorAll("input")) input.setAttribute("aria-invalid", String(!fits));
  }
  return found;
}

function corners(places, steps) {
  const line = [[LEFT, places[0][1]]];
  for (const [x, y] of places) {
    if (steps) line.push([x, line.at(-1)[1]]);
    line.push([x, y]);
  }
  line.push([RIGHT, places.at(-1)[1]]);
  return line.map(([x, y]) => `${x.toFixed(2)},${y.toFixed(2)}`).join(" ");
}

function element(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

function lineOf(svg, i) {
  const there = svg.querySelectorAll("[data-line]")[i];
  if (there) return there;
  const made = element("g", { class: i ? "line-young" : "line-usual", "data-line": "" });
  svg.append(made);
  return made;
}

function redraw(measure) {
  const svg = measure.querySelector("svg");
  const steps = measure.querySelector("[data-steps] input").checked;
  const curves = [...measure.querySelectorAll("[data-points]")].map(read);
  const from = Number(svg.dataset.low), to = Number(svg.dataset.high);
  const raws = curves.flat().map(([raw]) => raw);
  const low = Math.min(from, ...raws), high = Math.max(to, ...raws);
  const x = (raw) => LEFT + ((RIGHT - LEFT) * (raw - low)) / (high - low);
  const y = (points) => FOOT - ((FOOT - TOP) * points) / 100;
  curves.forEach((curve, i) => {
    const places = curve.map(([raw, points]) => [x(raw), y(points)]);
    const dots = places.map(([cx, cy]) => element("circle", { cx, cy, r: 2.4 }));
    lineOf(svg, i).replaceChildren(...(places.length ? [element("polyline", { points: corners(places, steps) }), ...dots] : []));
  });
  const scale = (to - from) / (high - low);
  svg.querySelector("[data-bars]").setAttribute("transform", `translate(${x(from) - LEFT * scale} 0) scale(${scale} 1)`);
  svg.querySelector("[data-end=low]").textContent = Number(low.toPrecision(4));
  svg.querySelector("[data-end=high]").textContent = Number(high.toPrecision(4));
}

for (const form of document.querySelectorAll("form[data-curves]")) {
  form.addEventListener("input", (event) => {
    const measure = event.target.closest("[data-curve]");
    if (measure && event.target.closest("[data-points], [data-steps]")) redraw(measure);
  });
}
