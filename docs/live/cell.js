// Page 4, inside a cell: an LSTM and a GRU of one unit, their gates set by hand at each step.
"use strict";

const T = 16;
const [FROM_X, FROM_H] = [1.5, 0.5]; // the candidate's weights, the same in both cells
const ROWS = {
  x: { name: "input x", low: -1, start: 0 },
  i: { name: "input gate i", low: 0, start: 0, gate: true },
  f: { name: "forget gate f", low: 0, start: 1, gate: true },
  o: { name: "output gate o", low: 0, start: 1, gate: true },
  z: { name: "update gate z", low: 0, start: 1, gate: true },
  r: { name: "reset gate r", low: 0, start: 1, gate: true },
};
const page = { step: 3, scope: "rest", kept: true };
for (const [key, row] of Object.entries(ROWS)) page[key] = Array(T).fill(row.start);

// ---- Both cells over all steps ---------------------------------------------------------------

// h_0 = c_0 = 0. The gates come from the page, the candidates from x and h; rnn.js does the rest.
function runLstm(x) {
  let [h, c] = [0, 0];
  return x.map((x_t, t) => {
    const [i, f, o] = [page.i[t], page.f[t], page.o[t]];
    const g = Math.tanh(FROM_X * x_t + FROM_H * h);
    const before = { h, c };
    const next = lstmUpdate({ i: [i], f: [f], g: [g], o: [o] }, [c]);
    [h, c] = [next.h[0], next.c[0]];
    return { x: x_t, before, i, f, g, o, c, h };
  });
}

function runGru(x) {
  let h = 0;
  return x.map((x_t, t) => {
    const r = page.r[t];
    const keep = page.kept ? page.z[t] : 1 - page.z[t];
    const q = FROM_H * h;
    const n = Math.tanh(FROM_X * x_t + r * q);
    const before = h;
    [h] = gruUpdate({ z: [keep], n: [n] }, [h]);
    return { x: x_t, before, r, z: page.z[t], keep, q, n, h };
  });
}

// Everything that the page shows: the test reads it, too.
const results = () => ({ lstm: runLstm(page.x), gru: runGru(page.x) });

// ---- The score: a row for each number, a column for each step ----------------------------------

const score = { left: 0, top: 26, cell: 0, rows: [] };
const SCORE = ["x", "LSTM", "i", "f", "o", "c", "h", "GRU", "z", "r", "s"];
const SHORT = { x: "input x", i: "gate i", f: "gate f", o: "gate o", c: "cell c", h: "state h", z: "gate z", r: "gate r", s: "state h" };

function drawScore({ lstm, gru }) {
  const box = $("score").parentElement;
  const width = Math.max(120, box.clientWidth - 2 * parseFloat(getComputedStyle(box).paddingLeft)); // 0 before the first layout
  score.left = width < 500 ? 58 : 84;
  score.cell = (width - score.left - 4) / T;
  let y = score.top;
  score.rows = SCORE.map((key) => {
    const tall = key === "LSTM" || key === "GRU" ? 30 : key === "c" || key === "h" || key === "s" ? 46 : 30;
    y += tall;
    return { key, top: y - tall, tall };
  });
  const pen = sized($("score"), width, y + 6);
  const series = { x: page.x, i: page.i, f: page.f, o: page.o, z: page.z, r: page.r,
    c: lstm.map((s) => s.c), h: lstm.map((s) => s.h), s: gru.map((s) => s.h) };
  pen.textBaseline = "middle";
  for (const { key, top, tall } of score.rows) {
    const values = series[key];
    pen.textAlign = "left";
    if (!values) {
      pen.fillStyle = variable("--ink");
      pen.font = "650 13px system-ui, sans-serif";
      pen.fillText(key, 0, top + tall - 9);
      pen.fillStyle = variable("--line");
      pen.fillRect(score.left, top + tall - 9, width - score.left - 4, 1);
      continue;
    }
    pen.fillStyle = variable("--grey");
    pen.font = `${width < 500 ? 12 : 13}px system-ui, sans-serif`;
    pen.fillText(SHORT[key], 0, top + tall / 2);
    const most = Math.max(1, ...values.map(Math.abs)); // a cell has no bounds
    values.forEach((value, t) => {
      const [x, w] = [score.left + t * score.cell, score.cell - 2];
      pen.fillStyle = variable("--pale");
      pen.fillRect(x, top + 1, w, tall - 3);
      if (ROWS[key]?.gate) {
        pen.fillStyle = variable("--green");
        pen.fillRect(x, top + 1 + (tall - 3) * (1 - value), w, (tall - 3) * value);
      } else {
        const [middle, half] = [top + (tall - 1) / 2, (tall - 3) / 2];
        const reach = (half * value) / most;
        pen.fillStyle = key === "x" ? variable("--blue") : stateColour(Math.sign(value) * (0.35 + 0.4 * Math.abs(value) / most));
        pen.fillRect(x, Math.min(middle, middle - reach), w, Math.abs(reach));
        pen.fillStyle = variable("--grey");
        pen.fillRect(x, middle - 0.5, w, 1);
      }
    });
  }
  pen.textAlign = "center";
  for (let t = 0; t < T; t++) {
    const here = t + 1 === page.step;
    if (score.cell < 20 && t % 3 && !here) continue;
    pen.fillStyle = variable(here ? "--ink" : "--grey");
    pen.font = `${here ? "bold " : ""}12px system-ui, sans-serif`;
    pen.fillText(t + 1, score.left + (t + 0.5) * score.cell - 1, 12);
  }
  pen.strokeStyle = variable("--orange");
  pen.lineWidth = 2.5;
  pen.strokeRect(score.left + (page.step - 1) * score.cell - 1.5, score.top - 1, score.cell + 1, y - score.top);
}

// ---- The figures: those of units 05 and 06, with this step's numbers ---------------------------

function arrow(from, to, colour, width = 1.6) {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const length = Math.hypot(dx, dy);
  const head = 5 + 1.5 * width;
  const [ux, uy] = [dx / length, dy / length];
  const neck = [to[0] - head * ux, to[1] - head * uy];
  const side = head * 0.45;
  return svg("g", {},
    svg("line", { x1: from[0], y1: from[1], x2: neck[0] + ux, y2: neck[1] + uy, stroke: colour, "stroke-width": width }),
    svg("path", { fill: colour, d: `M${to[0]},${to[1]}L${neck[0] - uy * side},${neck[1] + ux * side}L${neck[0] + uy * side},${neck[1] - ux * side}Z` }));
}
const tone = (value) => (value > 0 ? "var(--vermillion)" : value < 0 ? "var(--blue)" : "var(--grey)");
const toneText = (value) => (value > 0 ? "var(--vermillion-text)" : value < 0 ? "var(--blue-text)" : "var(--grey)");
// An arrow that carries a number.
const flow = (from, to, value) => arrow(from, to, tone(value), 1 + 4 * Math.min(1, Math.abs(value) / 1.5));
const write = (x, y, text, extra = {}) => svg("text", { x, y, "font-size": 13, ...extra }, text);
const carried = (x, y, words, value, extra = {}) =>
  write(x, y, `${words} = ${fixed(value)}`, { style: `fill: ${toneText(value)}`, ...extra });

// A box with a name above a number. A gate's box is as full as the gate is open.
function place(x, y, name, value, { width = 66, edge = "var(--grey)", gate = null } = {}) {
  const [left, top, height] = [x - width / 2, y - 23, 46];
  const made = svg("g", {}, svg("rect", { x: left, y: top, width, height, rx: 7, fill: "var(--card)", stroke: "none" }));
  if (gate !== null) {
    const full = Math.max(0, Math.min(1, value)) * height;
    made.append(svg("rect", { x: left, y: top + height - full, width, height: full, rx: Math.min(7, full / 2), fill: gate, opacity: 0.3 }));
  }
  made.append(
    svg("rect", { x: left, y: top, width, height, rx: 7, fill: "none", stroke: edge, "stroke-width": 1.6 }),
    write(x, y - 6, name, { "text-anchor": "middle", "font-size": 12 }),
    write(x, y + 14, fixed(value), { "text-anchor": "middle", "font-size": 16, "font-weight": 640 }));
  return made;
}
function knot(x, y, sign, width = 26) {
  return svg("g", {},
    svg("rect", { x: x - width / 2, y: y - 13, width, height: 26, rx: 6, fill: "var(--card)", stroke: "var(--grey)", "stroke-width": 1.4 }),
    write(x, y + 5, sign, { "text-anchor": "middle", "font-size": sign.length > 1 ? 13 : 16 }));
}

function drawLstm({ x, before, i, f, g, o, c, h }) {
  const squashed = Math.tanh(c);
  const [green, grey] = ["var(--green)", "var(--grey)"];
  const gate = { width: 74, edge: green, gate: green };
  $("lstm").replaceChildren(
    flow([74, 46], [113, 46], before.c),
    flow([139, 46], [213, 46], f * before.c),
    flow([239, 46], [325, 46], c),
    flow([391, 46], [418, 46], c),
    flow([226, 107], [226, 60], i * g),
    flow([358, 69], [358, 94], c),
    flow([358, 120], [358, 163], squashed),
    flow([358, 189], [358, 218], h),
    arrow([60, 167], [117, 60], green),
    arrow([138, 167], [212, 128], green),
    arrow([219, 167], [225, 134], grey),
    arrow([325, 176], [344, 176], green),
    flow([212, 262], [212, 214], FROM_X * x + FROM_H * before.h),
    carried(176, 32, "f c", f * before.c, { "text-anchor": "middle" }),
    carried(236, 89, "i g", i * g),
    carried(350, 146, "tanh", squashed, { "text-anchor": "end" }),
    place(41, 46, "cₜ₋₁", before.c), place(358, 46, "cₜ", c), place(358, 241, "hₜ", h),
    knot(126, 46, "×"), knot(226, 46, "+"), knot(226, 121, "×"), knot(358, 107, "tanh", 50), knot(358, 176, "×"),
    place(50, 190, "forget f", f, gate), place(134, 190, "input i", i, { ...gate, width: 70 }),
    place(212, 190, "cand. g", g, { width: 66 }), place(288, 190, "output o", o, gate),
    svg("rect", { x: 13, y: 263, width: 312, height: 32, rx: 7, fill: "var(--pale)", stroke: grey, "stroke-width": 1.2 }),
    write(92, 284, `xₜ = ${fixed(x)}`, { "text-anchor": "middle", "font-size": 14 }),
    write(262, 284, `hₜ₋₁ = ${fixed(before.h)}`, { "text-anchor": "middle", "font-size": 14 }),
    write(50, 240, "by hand", { "text-anchor": "middle", class: "label" }),
    write(134, 240, "by hand", { "text-anchor": "middle", class: "label" }),
    write(288, 240, "by hand", { "text-anchor": "middle", class: "label" }));
  $("lstm").setAttribute("aria-label", `The LSTM at step ${page.step}: the cell held ${fixed(before.c)}; the forget gate, ${fixed(f)}, `
    + `leaves ${fixed(f * before.c)} of it; the input gate, ${fixed(i)}, adds ${fixed(i * g)}; the new cell is ${fixed(c)}. `
    + `The output gate, ${fixed(o)}, lets out ${fixed(h)}.`);
}

function drawGru({ x, before, r, z, keep, q, n, h }) {
  const names = page.kept ? ["z", "1−z"] : ["1−z", "z"];
  const [kept, taken] = [keep * before, (1 - keep) * n];
  $("gru").replaceChildren(
    flow([74, 46], [243, 46], before),
    flow([168, 47], [168, 136], q),
    arrow([121, 150], [154, 150], "var(--green)"),
    flow([168, 164], [168, 230], r * q),
    flow([74, 254], [134, 254], x),
    flow([202, 254], [243, 254], n),
    arrow([256, 126], [256, 60], "var(--green)", 1 + 3 * keep),
    arrow([256, 174], [256, 240], "var(--green)", 4 - 3 * keep),
    flow([270, 52], [317, 139], kept),
    flow([270, 248], [317, 161], taken),
    flow([337, 150], [353, 150], h),
    write(248, 92, names[0], { "font-size": 14, "text-anchor": "end", style: "fill: var(--green-text)" }),
    write(248, 220, names[1], { "font-size": 14, "text-anchor": "end", style: "fill: var(--green-text)" }),
    carried(304, 76, `${page.kept ? "z" : "(1−z)"} h`, kept), carried(304, 236, `${page.kept ? "(1−z)" : "z"} n`, taken),
    carried(158, 92, "q", q, { "text-anchor": "end" }), carried(158, 204, "r q", r * q, { "text-anchor": "end" }),
    place(41, 46, "hₜ₋₁", before), place(41, 254, "xₜ", x),
    place(84, 150, "reset r", r, { width: 74, edge: "var(--green)", gate: "var(--green)" }), knot(168, 150, "×"),
    place(168, 254, "cand. n", n), place(256, 150, "update z", z, { width: 74, edge: "var(--green)", gate: "var(--green)" }),
    knot(256, 46, "×"), knot(256, 254, "×"), knot(324, 150, "+"), place(386, 150, "hₜ", h));
  $("gru").setAttribute("aria-label", `The GRU at step ${page.step}: the state was ${fixed(before)}, of which ${fixed(kept)} is kept; `
    + `of the candidate ${fixed(n)}, ${fixed(taken)} is taken; the new state is ${fixed(h)}.`);
}

// ---- Words ---------------------------------------------------------------------------------------

// What the first pulse still changes at the end: the difference to a run without it.
function verdict({ lstm, gru }) {
  const pulse = page.x.findIndex((value) => value !== 0);
  const last = T - 1;
  if (pulse < 0) return "No pulse is fed: both cells hold 0. Give the input at one step a value.";
  const without = page.x.map((value, t) => (t === pulse ? 0 : value));
  const left = lstm[last].c - runLstm(without)[last].c;
  const leftGru = gru[last].h - runGru(without)[last].h;
  const judge = (size) => (Math.abs(size) < 0.005 ? "nothing of it is left" : `${fixed(size)} of it is left`);
  const hidden = Math.abs(lstm[last].c) > 0.05 && Math.abs(lstm[last].h) < 0.005
    ? ` The output gate hides the cell: it holds ${fixed(lstm[last].c)}, and h is 0.` : "";
  return `A pulse came at step ${pulse + 1}. At the end, after step ${T}, the LSTM's cell holds ${fixed(lstm[last].c)}: ${judge(left)}. `
    + `The GRU's state is ${fixed(gru[last].h)}: ${judge(leftGru)}.${hidden} (What is left: the difference to a run without this pulse.)`;
}

// ---- Answers -----------------------------------------------------------------------------------

function show() {
  const found = (page.found = results());
  const t = page.step - 1;
  $("step").value = page.step;
  $("step-value").textContent = page.step;
  for (const key of Object.keys(ROWS)) {
    $(key).value = page[key][t];
    $(`${key}-value`).textContent = fixed(page[key][t]);
  }
  for (const scope of ["one", "rest", "all"]) $(`scope-${scope}`).setAttribute("aria-pressed", page.scope === scope);
  $("z-kept").setAttribute("aria-pressed", page.kept);
  $("z-taken").setAttribute("aria-pressed", !page.kept);
  document.querySelectorAll(".at").forEach((span) => { span.textContent = page.step; });
  const sub = (name, below) => [name, el("sub", {}, below)];
  $("gru-equation").replaceChildren(...(page.kept
    ? [...sub("h", "t"), " = (1 − z) n + z ", ...sub("h", "t−1"), "."]
    : [...sub("h", "t"), " = z n + (1 − z) ", ...sub("h", "t−1"), "."]));
  $("z-said").textContent = page.kept ? "z = 1 keeps all of the old state." : "z = 1 replaces all of it.";
  drawScore(found);
  drawLstm(found.lstm[t]);
  drawGru(found.gru[t]);
  const words = verdict(found);
  $("verdict").textContent = words;
  $("score").setAttribute("aria-label", `Inputs, gates and states over ${T} steps. ${words}`);
  announce(`${$("lstm").getAttribute("aria-label")} ${$("gru").getAttribute("aria-label")} ${words}`);
}

function choose(values) {
  Object.assign(page, values);
  show();
}

// A new value at this step, from it on, or everywhere. A pulse is always of one step.
function change(key, value) {
  const kind = key === "x" ? "one" : page.scope;
  const reached = { one: (t) => t === page.step - 1, rest: (t) => t >= page.step - 1, all: () => true }[kind];
  choose({ [key]: page[key].map((old, t) => (reached(t) ? value : old)) });
}

const at = (steps, inside, outside) => Array.from({ length: T }, (_, t) => (steps.includes(t + 1) ? inside : outside));
const constant = (value) => Array(T).fill(value);
const EXAMPLES = {
  "keep it": { step: 3, x: at([3], 1, 0), i: at([3], 1, 0), f: constant(1), o: constant(1), z: at([3], 0, 1), r: constant(1) },
  "let it fade": { step: 8, x: at([3], 1, 0), i: at([3], 1, 0), f: constant(0.75), o: constant(1), z: at([3], 0, 0.75), r: constant(0) },
  "hide it till the end": { step: 16, x: at([3], 1, 0), i: at([3], 1, 0), f: constant(1), o: at([15, 16], 1, 0), z: at([3], 0, 1), r: constant(1) },
  "three pulses": { step: 11, x: at([3, 7, 11], 1, 0), i: at([3, 7, 11], 1, 0), f: constant(1), o: constant(1), z: at([3, 7, 11], 0, 1), r: constant(1) },
  "forget at step 9": { step: 9, x: at([3], -1, 0), i: at([3], 1, 0), f: at([9], 0, 1), o: constant(1), z: at([3, 9], 0, 1), r: at([9], 0, 1) },
};

function pressed(event) {
  const box = $("score").getBoundingClientRect();
  const step = Math.floor((event.clientX - box.left - score.left) / score.cell) + 1;
  const row = score.rows.find(({ top, tall }) => event.clientY - box.top >= top && event.clientY - box.top < top + tall);
  if (!row || step < 1 || step > T) return;
  page.step = step;
  const key = row.key;
  if (!ROWS[key]) return show();
  page[key] = page[key].map((old, t) => (t !== step - 1 ? old : old > 0.5 ? 0 : 1));
  show();
}

document.addEventListener("DOMContentLoaded", () => {
  for (const [key, row] of Object.entries(ROWS)) {
    const slider = el("input", { type: "range", id: key, min: row.low, max: 1, step: 0.05 });
    slider.addEventListener("input", () => change(key, Number(slider.value)));
    $("sliders").append(el("label", { class: "control" },
      el("span", {}, `${row.name} `, el("b", { class: "value", id: `${key}-value` })), slider));
  }
  for (const [name, values] of Object.entries(EXAMPLES)) {
    const button = el("button", { type: "button" }, name);
    button.addEventListener("click", () => choose({ kept: true, ...values }));
    $("examples").append(button);
  }
  $("step").addEventListener("input", () => choose({ step: Number($("step").value) }));
  for (const scope of ["one", "rest", "all"]) $(`scope-${scope}`).addEventListener("click", () => choose({ scope }));
  $("z-kept").addEventListener("click", () => choose({ kept: true }));
  $("z-taken").addEventListener("click", () => choose({ kept: false }));
  $("z-swap").addEventListener("click", () => choose({ z: page.z.map((z) => Math.round(100 * (1 - z)) / 100) }));
  $("score").addEventListener("click", pressed);
  onRedraw(show);
  choose(EXAMPLES["keep it"]);
});
