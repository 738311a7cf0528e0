// Page 1, the note a network keeps: letters in, states and expectations out.
"use strict";

const data = stored("weights");
const params = readParams(data.params);
const cell = { W_xh: params["cell.W_xh"], W_hh: params["cell.W_hh"], b_h: params["cell.b_h"] };
const out = { W_hy: params["out.W_hy"], b_y: params["out.b_y"] };
const V = data.alphabet.length;
const H = cell.b_h.length;
const LONGEST = 24;
const EXAMPLES = ["tyrannosau", "tricera", "stegosaurus", "veloci", "qqqq"];
const namesShown = () => (innerWidth < 500 ? 16 : 40);

const page = { text: "", letter: 0, unit: 12, off: new Set(), first: 0, hs: [], intact: [] };

// The states after the full stop that begins a name and after each letter: T + 1 of them.
function read(text, off = new Set()) {
  let h = zeros(H);
  return [..."." + text].map((letter) => {
    h = rnnStep(oneHot(data.alphabet.indexOf(letter), V), h, cell);
    off.forEach((unit) => { h[unit] = 0; });
    return h;
  });
}
const expected = (h) => softmax(outputStep(h, out));
const symbol = (k) => (k === 0 ? "end" : data.alphabet[k]);

// ---- What each unit does over all names: worked out once, behind the first picture ---------------

let overview = null;
function lookOver() {
  const sums = Array.from({ length: H }, () => zeros(V));
  const counts = zeros(V);
  const states = data.names.map((name) => read(name));
  states.forEach((hs, n) => hs.forEach((h, t) => {
    const letter = t === 0 ? 0 : data.alphabet.indexOf(data.names[n][t - 1]);
    counts[letter] += 1;
    for (let unit = 0; unit < H; unit++) sums[unit][letter] += h[unit];
  }));
  overview = { states, means: sums.map((sum) => sum.map((value, k) => value / counts[k])) };
}

// ---- Pictures ------------------------------------------------------------------------------------

const strip = { left: 30, top: 24, cell: 0, row: 13 };
function drawStrip() {
  const width = Math.max(120, $("strip").parentElement.clientWidth); // 0 before the first layout
  const T = page.hs.length;
  strip.cell = Math.min(36, (width - strip.left - 2) / T);
  const height = strip.top + H * strip.row + 4;
  const pen = sized($("strip"), width, height);
  const gap = strip.cell > 9 ? 1 : 0.5;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  page.hs.forEach((h, t) => {
    const x = strip.left + t * strip.cell;
    for (let unit = 0; unit < H; unit++) {
      const y = strip.top + unit * strip.row;
      pen.globalAlpha = 1;
      if (page.off.has(unit)) {
        pen.strokeStyle = variable("--line");
        pen.strokeRect(x + 2.5, y + 2.5, strip.cell - 5, strip.row - 5);
      } else stateCell(pen, x, y, strip.cell - gap, strip.row - 1, h[unit]);
    }
    pen.fillStyle = variable(t === page.letter ? "--ink" : "--grey");
    pen.font = `${t === page.letter ? "bold " : ""}${Math.min(17, strip.cell * 1.1)}px ui-monospace, "DejaVu Sans Mono", monospace`;
    pen.fillText(t === 0 ? "▸" : page.text[t - 1], x + strip.cell / 2, strip.top / 2 - 1);
  });
  pen.lineWidth = 2;
  pen.strokeStyle = variable("--ink");
  pen.strokeRect(strip.left + page.letter * strip.cell - 1, strip.top - 2, strip.cell + 1, H * strip.row + 3);
  pen.strokeStyle = variable("--orange");
  pen.strokeRect(strip.left - 1, strip.top + page.unit * strip.row - 1.5, T * strip.cell + 1, strip.row + 1);
  pen.lineWidth = 1;
  pen.textAlign = "right";
  for (let unit = 0; unit < H; unit++) {
    if (unit % 4 && unit !== page.unit) continue;
    pen.font = `${unit === page.unit ? "bold " : ""}11px system-ui, sans-serif`;
    pen.fillStyle = variable(unit === page.unit ? "--ink" : "--grey");
    pen.fillText(unit, strip.left - 7, strip.top + (unit + 0.5) * strip.row);
  }
  $("key-high").style.background = stateColour(0.8);
  $("key-low").style.background = stateColour(-0.8);
}

const ROW = 16;
function drawBars() {
  const [p, whole] = [page.p, page.wholeP];
  const width = Math.max(120, $("bars").parentElement.clientWidth); // 0 before the first layout
  const room = width - 34 - 52;
  const top = argmax(p);
  const rows = [...p].map((value, k) => {
    const y = k * ROW;
    const group = svg("g");
    group.append(
      svg("text", { x: 26, y: y + 12, "text-anchor": "end", class: "mono", "font-size": 12.5,
        "font-weight": k === top ? 700 : 400 }, symbol(k)),
      svg("rect", { x: 33, y: y + 2, width: Math.max(1, value * room), height: ROW - 4, rx: 2,
        fill: k === top ? "var(--green)" : "var(--blue)", opacity: k === top ? 1 : 0.75 }),
    );
    if (page.off.size) {
      const x = 33 + whole[k] * room;
      group.append(svg("line", { x1: x, x2: x, y1: y + 1, y2: y + ROW - 1, stroke: "var(--vermillion)", "stroke-width": 2.5 }));
    }
    if (value >= 0.03) {
      const x = 33 + Math.max(value, page.off.size ? whole[k] : 0) * room + 6;
      group.append(svg("text", { x, y: y + 12, class: "label" }, percent(value)));
    }
    return group;
  });
  set($("bars"), { width, height: V * ROW, viewBox: `0 0 ${width} ${V * ROW}` }).replaceChildren(...rows);
  $("ghost").textContent = page.off.size ? "The upright strokes: with all units on." : "";
}

function drawUnit() {
  $("unit-title").textContent = `Unit ${page.unit}, over all names`;
  $("off").textContent = page.off.has(page.unit) ? `switch unit ${page.unit} on` : `switch unit ${page.unit} off`;
  $("off").setAttribute("aria-pressed", page.off.has(page.unit));
  $("all-on").disabled = page.off.size === 0;
  $("off-list").textContent = page.off.size ? `off: ${[...page.off].sort((a, b) => a - b).join(", ")}` : "";
  if (!overview) return;
  const width = Math.max(120, $("by-letter").parentElement.clientWidth - 2 * parseFloat(getComputedStyle($("by-letter").parentElement).paddingLeft)); // 0 before the first layout
  const [height, step] = [112, (width - 26) / V];
  const middle = 48;
  const bars = [...overview.means[page.unit]].map((mean, k) => {
    const x = 26 + k * step;
    const tall = Math.abs(mean) * 42;
    return svg("g", {},
      svg("rect", { x: x + 1, width: Math.max(2, step - 2), y: mean > 0 ? middle - tall : middle, height: Math.max(0.5, tall), fill: stateColour(mean * 0.85) }),
      svg("text", { x: x + step / 2, y: height - 4, "text-anchor": "middle", class: "mono", "font-size": Math.min(13, step) }, k === 0 ? "▸" : symbol(k)));
  });
  const axis = [1, 0, -1].map((value) => svg("g", {},
    svg("line", { x1: 26, x2: width, y1: middle - 42 * value, y2: middle - 42 * value, class: "axis" }),
    svg("text", { x: 20, y: middle - 42 * value + 4, "text-anchor": "end", class: "label" }, minus(String(value)))));
  set($("by-letter"), { width, height, viewBox: `0 0 ${width} ${height}` }).replaceChildren(...axis, ...bars);
  drawNames(width);
}

// Names from the list, each letter on the colour that this unit has after reading it.
function drawNames(width) {
  const step = width < 500 ? 10 : 11.5;
  const columns = Math.max(1, Math.floor(width / (21 * step)));
  const wide = width / columns;
  const shown = namesShown();
  const rows = Math.ceil(shown / columns);
  const pen = sized($("names"), width, rows * 21 + 2);
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.font = `${step + 1.5}px ui-monospace, "DejaVu Sans Mono", monospace`;
  const most = Math.floor((wide - 8) / step);
  for (let k = 0; k < shown; k++) {
    const n = (page.first + k * 33) % data.names.length; // from all over the alphabet
    const [left, y] = [Math.floor(k / rows) * wide, (k % rows) * 21 + 1];
    [...data.names[n]].slice(0, most).forEach((letter, t) => {
      const h = overview.states[n][t + 1][page.unit];
      pen.fillStyle = stateColour(h);
      pen.fillRect(left + t * step, y, step, 19);
      pen.fillStyle = inkOn(Math.abs(h));
      pen.fillText(letter, left + (t + 0.5) * step, y + 10);
      if (h < -0.05) pen.fillRect(left + (t + 0.5 - 0.35 * Math.abs(h)) * step, y + 16.5, 0.7 * Math.abs(h) * step, 1.5);
    });
  }
  $("which-names").textContent = `${shown} of ${data.names.length.toLocaleString("en")} names`;
}

// ---- Answers -----------------------------------------------------------------------------------

function compute() {
  page.hs = read(page.text, page.off);
  page.letter = Math.min(page.letter, page.text.length);
  page.p = expected(page.hs[page.letter]);
  page.wholeP = page.off.size ? expected(read(page.text)[page.letter]) : page.p;
}

function describe() {
  const best = [...page.p.keys()].sort((a, b) => page.p[b] - page.p[a]).slice(0, 3);
  const name = page.text.slice(0, page.letter);
  const words = best.map((k) => `${k === 0 ? "the end" : symbol(k)} ${percent(page.p[k])}`).join(", ");
  $("best").textContent = `It expects ${words}.`;
  const h = page.hs[page.letter][page.unit];
  return `After ${name ? [...name].join(" ") : "the beginning"} it expects ${words}. `
    + `Unit ${page.unit} is ${page.off.has(page.unit) ? "switched off" : fixed(h)}.`;
}

function show() {
  compute();
  set($("letter"), { max: page.text.length });
  $("letter").value = page.letter;
  $("unit").value = page.unit;
  const at = page.letter === 0 ? "the beginning" : page.text[page.letter - 1];
  $("letter").setAttribute("aria-valuetext", at);
  $("letter-value").textContent = at;
  $("unit-value").textContent = `${page.unit}: ${fixed(page.hs[page.letter][page.unit])}`;
  $("read").textContent = page.letter === 0 ? "▸ (the beginning)" : page.text.slice(0, page.letter).slice(-14);
  drawStrip();
  drawBars();
  drawUnit();
  const words = describe();
  $("strip").setAttribute("aria-label", words);
  announce(words);
}

function type(text) {
  const { text: kept, message } = readable(text, data.alphabet.slice(1), LONGEST);
  $("message").textContent = kept || message ? message : "Nothing is typed yet: this is what it expects at the beginning of a name.";
  page.text = kept;
  page.letter = kept.length;
  show();
}

function toggle(unit) {
  if (!page.off.delete(unit)) page.off.add(unit);
  show();
}

function pointed(event, click) {
  const box = $("strip").getBoundingClientRect();
  const unit = Math.floor((event.clientY - box.top - strip.top) / strip.row);
  const letter = Math.floor((event.clientX - box.left - strip.left) / strip.cell);
  if (unit < 0 || unit >= H || letter >= page.hs.length) return;
  if (click && letter >= 0) page.letter = letter;
  else if (unit === page.unit) return;
  page.unit = unit;
  show();
}

document.addEventListener("DOMContentLoaded", () => {
  EXAMPLES.forEach((example) => {
    const button = el("button", { type: "button", class: "mono" }, example);
    button.addEventListener("click", () => { $("text").value = example; type(example); });
    $("examples").append(button);
  });
  $("text").addEventListener("input", () => type($("text").value));
  $("letter").addEventListener("input", () => { page.letter = Number($("letter").value); show(); });
  $("unit").addEventListener("input", () => { page.unit = Number($("unit").value); show(); });
  $("off").addEventListener("click", () => toggle(page.unit));
  $("all-on").addEventListener("click", () => { page.off.clear(); show(); });
  $("more").addEventListener("click", () => { page.first = (page.first + 1) % 33; show(); });
  $("strip").addEventListener("pointermove", (event) => event.pointerType === "mouse" && pointed(event, false));
  $("strip").addEventListener("click", (event) => pointed(event, true));
  onRedraw(show);
  type($("text").value);
  setTimeout(() => { lookOver(); show(); }, 30);
});
