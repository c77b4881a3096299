// Draws canvas[data-trend] with Chart.js from the JSON whose id it names. Colours come from the tokens, so that light
// and dark follow the page. Days are read in UTC: a date is the same everywhere.
const canvas = document.querySelector("canvas[data-trend]");
const TOKENS = { green: "--good", yellow: "--fair", red: "--poor", line: "--accent", fill: "--accent-soft", grid: "--line", ink: "--ink-3", mark: "--line-strong" };
const DAY = 86_400_000;
const MOST_TICKS = 7;
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const colour = (name) => css(TOKENS[name]);
const inFull = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", day: "numeric", month: "long", year: "numeric" });
const month = new Intl.DateTimeFormat("en-US", { timeZone: "UTC", month: "short" });

// Months where the range is long enough for three of them, weeks where it is not.
function ticks(first, last) {
  const start = new Date(first);
  const months = [];
  for (let at = 1; at <= 13; at++) {
    const x = Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + at, 1);
    if (x <= last) months.push(x);
  }
  if (months.length >= 3) return { at: months, label: month };
  const step = Math.max(1, Math.ceil((last - first) / DAY / MOST_TICKS)) * DAY;
  const days = [];
  for (let x = first; x <= last; x += step) days.push(x);
  return { at: days, label: { format: (x) => `${new Date(x).getUTCDate()} ${month.format(x)}` } };
}

// A word with the colour of the page around it, to be read over any line.
function write(ctx, text, x, y) {
  Object.assign(ctx, { strokeStyle: css("--surface"), lineWidth: 4, lineJoin: "round" });
  ctx.strokeText(text, x, y);
  ctx.fillText(text, x, y);
}

const notes = {
  id: "notes",
  afterDatasetsDraw(chart, _, { marks, bands }) {
    const { ctx, chartArea: area, scales } = chart;
    ctx.save();
    ctx.font = `11px ${css("--font")}`;
    ctx.fillStyle = colour("ink");
    for (const { x, label } of marks) {
      const at = scales.x.getPixelForValue(x);
      Object.assign(ctx, { strokeStyle: colour("mark"), lineWidth: 1 });
      ctx.beginPath();
      ctx.moveTo(at, area.top);
      ctx.lineTo(at, area.bottom);
      ctx.stroke();
      const isCut = at + 4 + ctx.measureText(label).width > area.right; // beyond the area nothing is left of it
      ctx.textAlign = isCut ? "right" : "left";
      write(ctx, label, isCut ? at - 4 : at + 4, area.top + 10);
    }
    ctx.textAlign = "right";
    const end = scales.y.getPixelForValue(chart.data.datasets[0].data.at(-1).y);
    for (const { label, lower } of bands) {
      const bound = scales.y.getPixelForValue(lower);
      const isTaken = end > bound - 18 && end <= bound; // the last score lies just above the bound
      write(ctx, label, area.right - 2, isTaken ? bound + 12 : bound - 4);
    }
    ctx.restore();
  },
};

function threshold({ label, role, lower }, first, last) {
  const data = [{ x: first, y: lower }, { x: last, y: lower }];
  return { label, data, borderColor: colour(role), borderWidth: 1, borderDash: [2, 3], pointRadius: 0, pointHitRadius: 0 };
}

function draw({ points, bands, marks }) {
  const [first, last] = [points[0].x, points[points.length - 1].x];
  const lines = bands.filter((band) => band.lower > 0);
  const { at, label } = ticks(first, last);
  const radius = ({ dataIndex }) => (dataIndex === points.length - 1 ? 4 : 0);
  const health = { label: "Health", data: points, borderColor: colour("line"), backgroundColor: colour("line"), borderWidth: 2, pointRadius: radius, pointHitRadius: 8, clip: 6 };
  return new Chart(canvas, {
    type: "line",
    data: { datasets: [health, ...lines.map((band) => threshold(band, first, last))] },
    options: {
      animation: false,
      maintainAspectRatio: false,
      parsing: false,
      interaction: { mode: "nearest", axis: "x", intersect: false },
      scales: {
        x: {
          type: "linear", min: first, max: last, grid: { display: false }, border: { color: colour("mark") },
          afterBuildTicks: (axis) => (axis.ticks = at.map((value) => ({ value }))),
          ticks: { color: colour("ink"), font: { size: 11 }, maxRotation: 0, callback: (value) => label.format(value) },
        },
        y: { min: 0, max: 100, border: { display: false }, grid: { color: colour("grid") }, ticks: { color: colour("ink"), font: { size: 11 }, stepSize: 20 } },
      },
      plugins: {
        legend: { display: false },
        notes: { marks, bands: lines },
        tooltip: { filter: (item) => item.datasetIndex === 0, displayColors: false, callbacks: { title: (items) => (items.length ? inFull.format(items[0].parsed.x) : ""), label: ({ parsed }) => `Health ${parsed.y.toFixed(1)}` } },
      },
    },
    plugins: [notes],
  });
}

if (canvas) {
  const data = JSON.parse(document.getElementById(canvas.dataset.trend).textContent);
  let chart = draw(data);
  const redraw = () => {
    chart.destroy();
    chart = draw(data);
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  matchMedia("print").addEventListener("change", redraw);
}
