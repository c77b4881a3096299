// Shows effective shares while weights are typed, in a form[data-weights]. Each [data-component] holds the input in
// [data-component-weight], its share in [data-component-share], and rows [data-measure] with the input in
// [data-measure-weight] and the shares in [data-within] (of the component) and [data-share] (of the score).
// [data-weights-said] says what keeps shares from being told. Percents read as scoring/scorecards/describing.py writes them.
const NONE = "–";

function weightIn(row, name) {
  const input = row.querySelector(`[data-${name}-weight] input`);
  const weight = input.value.trim() === "" ? NaN : Number(input.value);
  const fits = Number.isFinite(weight) && weight >= 0;
  input.setAttribute("aria-invalid", String(!fits));
  return fits ? weight : NaN;
}

function percent(share) {
  return Number.isFinite(share) ? `${(Math.floor(1000 * share + 0.5) / 10).toFixed(1)}\u00a0%` : NONE;
}

const sum = (numbers) => numbers.reduce((total, one) => total + one, 0);

function readComponent(body) {
  const rows = [...body.querySelectorAll("[data-measure]")];
  const weights = rows.map((row) => weightIn(row, "measure"));
  return { body, rows, weights, weight: weightIn(body, "component"), total: sum(weights) };
}

function show({ body, rows, weights, weight, total }, whole) {
  body.querySelector("[data-component-share]").textContent = percent(weight / whole);
  rows.forEach((row, i) => {
    row.querySelector("[data-within]").textContent = percent(weights[i] / total);
    row.querySelector("[data-share]").textContent = percent((weight / whole) * (weights[i] / total));
  });
}

for (const form of document.querySelectorAll("form[data-weights]")) {
  const update = () => {
    const components = [...form.querySelectorAll("[data-component]")].map(readComponent);
    const whole = sum(components.map((one) => one.weight));
    for (const component of components) show(component, whole);
    const fits = whole > 0 && components.every((one) => one.total > 0);
    form.querySelector("[data-weights-said]").textContent = fits
      ? "" : "Shares show once every weight is a number of 0 or more, and not all of a component are 0.";
  };
  form.addEventListener("input", update);
  update();
}
