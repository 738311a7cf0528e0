// Page 3, how far back: the length of a gradient by lag, from real backward passes.
"use strict";

const data = stored("weights");
const base = { rnn: readParams(data.rnn), lstm: readParams(data.lstm) }; // of spectral radius 1
const given = readParams(data.given);
const H = given.dh.length;
const allInputs = Array.from({ length: given.xs.rows }, (_, t) => part(given.xs.data, t, given.xs.cols));
const stretch = largestSingularValue(base.rnn.W_hh); // of a matrix times r it is r times that

const page = { kind: "rnn", radius: 0.9, bias: 1, steps: 60, lag: 30 };

// ---- The two networks ----------------------------------------------------------------------------

function runRnn(radius, T) {
  const params = { ...base.rnn, W_hh: scale(base.rnn.W_hh, radius) };
  const hs = rnnForward(allInputs.slice(0, T), zeros(H), params);
  const dhs = rnnBackward(given.dh, hs, params);
  let steepest = 0; // gamma, the largest slope of a tanh on the way
  hs.forEach((h) => h.forEach((value) => { steepest = Math.max(steepest, 1 - value * value); }));
  const factor = stretch * radius * steepest;
  return { lengths: dhs.map(norm), dhs, bound: dhs.map((_, k) => factor ** k), factor };
}

function runLstm(radius, bias, T) {
  const b_h = base.lstm.b_h.map((value, k) => (k >= H && k < 2 * H ? bias : value));
  const params = { ...base.lstm, W_hh: scale(base.lstm.W_hh, radius), b_h };
  const steps = lstmForward(allInputs.slice(0, T), { h: zeros(H), c: zeros(H) }, params);
  const dstates = lstmBackward(given.dh, steps, params);
  const lengths = dstates.map(({ dh, dc }) => Math.hypot(norm(dh), norm(dc)));
  // Along the cell alone: the first dc times the forget gates, one after the other.
  const alone = [];
  let dc = null;
  for (let k = 1; k <= T; k++) {
    dc = dc === null ? dstates[1].dc : dc.map((value, unit) => value * steps[T - k].cache.f[unit]);
    alone.push(norm(dc));
  }
  return { lengths, dhs: dstates.map((d) => d.dh), dcs: dstates.map((d) => d.dc), alone };
}

// Everything that the page shows: the test reads it, too.
function results() {
  const { kind, radius, bias, steps } = page;
  return kind === "rnn" ? runRnn(radius, steps) : runLstm(radius, bias, steps);
}

// ---- The chart -----------------------------------------------------------------------------------

const [LOW, HIGH] = [-15, 15];
const power = (value) => {
  if (value === 0) return "0";
  const exponent = Math.floor(Math.log10(value));
  if (exponent >= -2 && exponent < 3) return value.toPrecision(2).replace(/\.0$/, "");
  const digits = "⁰¹²³⁴⁵⁶⁷⁸⁹";
  const raised = [...String(Math.abs(exponent))].map((d) => digits[d]).join("");
  const lead = value / 10 ** exponent;
  return `${lead.toFixed(1)}·10${exponent < 0 ? "⁻" : ""}${raised}`;
};

function drawChart(found) {
  const box = $("chart").parentElement;
  const width = Math.max(120, box.clientWidth - 2 * parseFloat(getComputedStyle(box).paddingLeft)); // 0 before the first layout
  const height = width < 500 ? 300 : 340;
  const [left, right, top, bottom] = [46, width - 14, 14, height - 40];
  const T = found.lengths.length - 1;
  const x = (lag) => left + ((right - left) * lag) / T;
  const y = (value) => {
    const exponent = value > 0 ? Math.log10(value) : LOW - 1;
    const inside = Math.max(LOW - 0.4, Math.min(HIGH + 0.4, exponent));
    return bottom - ((bottom - top) * (inside - LOW)) / (HIGH - LOW);
  };
  const path = (values, from = 0) =>
    values.map((value, k) => `${k ? "L" : "M"}${x(k + from).toFixed(1)},${y(value).toFixed(1)}`).join("");
  const parts = [];
  for (let exponent = LOW; exponent <= HIGH; exponent += 5) {
    const at = y(10 ** exponent);
    const one = exponent === 0;
    const label = svg("text", { x: left - 8, y: at + 4, "text-anchor": "end", class: "label" }, one ? "1" : "10");
    if (!one) label.append(svg("tspan", { dy: -5, "font-size": 9 }, minus(String(exponent))));
    parts.push(svg("line", { x1: left, x2: right, y1: at, y2: at, class: "axis",
      style: one ? "stroke: var(--grey)" : "", "stroke-dasharray": one ? "5 3" : "none" }), label);
  }
  const every = T > 60 ? 20 : T > 24 ? 10 : 5;
  for (let lag = 0; lag <= T; lag += every) {
    parts.push(svg("text", { x: x(lag), y: bottom + 18, "text-anchor": "middle", class: "label" }, String(lag)));
  }
  parts.push(svg("text", { x: (left + right) / 2, y: height - 4, "text-anchor": "middle", class: "label" }, "lag: steps back from the end →"));

  const line = (values, colour, extra = {}, from = 0) =>
    parts.push(svg("path", { d: path(values, from), fill: "none", stroke: colour, "stroke-width": 2, "stroke-linejoin": "round", ...extra }));
  const clip = svg("clipPath", { id: "inside" }, svg("rect", { x: left, y: top - 4, width: right - left + 2, height: bottom - top + 8 }));
  const curves = svg("g", { "clip-path": "url(#inside)" });
  const before = parts.length;
  if (page.kind === "rnn") {
    curves.append(svg("path", { d: `${path(found.bound)}L${x(T)},${bottom + 9}L${x(0)},${bottom + 9}Z`, fill: "var(--green)", opacity: 0.07 }));
    line(found.bound, "var(--green)", { "stroke-dasharray": "7 4" });
    line(found.lengths.map((_, k) => page.radius ** k), "var(--grey)", { "stroke-dasharray": "2 4", "stroke-width": 1.6 });
    line(found.lengths, "var(--vermillion)", { "stroke-width": 3.2 });
  } else {
    line(runRnn(page.radius, T).lengths, "var(--vermillion)", { opacity: 0.45, "stroke-width": 1.8 });
    line(found.alone, "var(--purple)", { "stroke-dasharray": "7 4", "stroke-width": 2.2 }, 1);
    line(found.lengths, "var(--blue)", { "stroke-width": 3.2 });
  }
  curves.append(...parts.splice(before));
  const here = found.lengths[page.lag];
  const at = [x(page.lag), y(here)];
  const leftward = at[0] > (left + right) / 2;
  const marker = svg("g", {},
    svg("line", { x1: at[0], x2: at[0], y1: top, y2: bottom, stroke: "var(--orange)", "stroke-width": 1.5 }),
    svg("circle", { cx: at[0], cy: Math.max(top, Math.min(bottom, at[1])), r: 5.5, fill: "var(--orange)", stroke: "var(--card)", "stroke-width": 2 }),
    svg("text", { x: at[0] + (leftward ? -10 : 10), y: top + 12, "text-anchor": leftward ? "end" : "start", "font-size": 13, "font-weight": 620 },
      `lag ${page.lag}: ${power(here)}`));
  set($("chart"), { width, height, viewBox: `0 0 ${width} ${height}` }).replaceChildren(clip, ...parts, curves, marker);
  page.toLag = (px) => Math.round(((px - left) / (right - left)) * T);
}

function drawLegend() {
  const key = (colour, dashes, words) => {
    const stroke = svg("svg", { width: 34, height: 10, "aria-hidden": "true" },
      svg("line", { x1: 1, x2: 33, y1: 5, y2: 5, stroke: colour, "stroke-width": 3, "stroke-dasharray": dashes }));
    return el("span", { class: "key" }, stroke, words);
  };
  const keys = page.kind === "rnn"
    ? [key("var(--vermillion)", "none", "the gradient, measured"), key("var(--green)", "7 4", "the bound of unit 04"), key("var(--grey)", "2 4", "radius to the power of the lag")]
    : [key("var(--blue)", "none", "the LSTM's gradient, measured"), key("var(--purple)", "7 4", "along the cell alone: the forget gates multiplied"), key("var(--vermillion)", "none", "the simple RNN's")];
  $("legend").replaceChildren(...keys);
}

// The gradient unit by unit, the earliest state on the left.
function drawFlow(found) {
  const box = $("flow").parentElement;
  const width = Math.max(120, box.clientWidth - 2 * parseFloat(getComputedStyle(box).paddingLeft)); // 0 before the first layout
  const vectors = page.kind === "rnn" ? found.dhs : found.dcs;
  const columns = vectors.length;
  const [wide, tall] = [width / columns, width < 500 ? 4 : 5];
  const pen = sized($("flow"), width, H * tall + 26);
  vectors.forEach((vector, lag) => {
    const left = width - (lag + 1) * wide;
    const length = norm(vector);
    const largest = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    for (let unit = 0; unit < H; unit++) {
      pen.fillStyle = stateColour(largest ? vector[unit] / largest : 0);
      pen.fillRect(left, unit * tall, Math.max(1, wide - 0.5), tall - 0.5);
    }
    const share = length > 0 ? Math.max(0, Math.min(1, 1 + Math.log10(length) / 12)) : 0;
    pen.fillStyle = variable(lag === page.lag ? "--orange" : "--grey");
    pen.fillRect(left, H * tall + 24 - 20 * share, Math.max(1, wide - 0.5), Math.max(1, 20 * share));
  });
  pen.strokeStyle = variable("--orange");
  pen.lineWidth = 2;
  pen.strokeRect(width - (page.lag + 1) * wide, 1, Math.max(2, wide), H * tall - 2);
  $("below-title").textContent = page.kind === "rnn" ? "The gradient dh of each state, the first on the left" : "The gradient dc of each cell, the first on the left";
}

// ---- Words ---------------------------------------------------------------------------------------

function verdict(found) {
  const T = page.steps;
  const arrives = found.lengths[T];
  const what = page.kind === "rnn" ? "the simple RNN" : "the LSTM";
  const after = `After ${T} steps back ${power(arrives)} of it arrives in ${what}`;
  const judged = arrives < 1e-4 ? "It has vanished: what was read there cannot be learned from"
    : arrives > 1e2 ? "It has exploded: an update that follows it would wreck the weights" : "That is enough to learn from";
  if (page.kind === "lstm") {
    const share = found.alone[T - 1] / arrives;
    const along = share > 0.5 && share < 2 ? "Nearly all of it came along the cell, where it meets no matrix: only forget gates"
      : share <= 0.5 ? "Only a part of it came along the cell; the rest went through the gates" : "What went through the gates has weakened what came along the cell";
    return `${after}. ${judged}. ${along}. An open forget gate (bias 5 keeps ${percent(sigmoid(5))} of a cell at each step) lets it pass.`;
  }
  const proves = found.factor < 1 ? `The bound shrinks by ${fixed(found.factor)} at each step: it proves that the gradient must vanish.`
    : `The bound grows by ${fixed(found.factor)} at each step: it allows an explosion and proves nothing.`;
  return `${after}. ${judged}. ${proves}`;
}

function show() {
  page.lag = Math.min(page.lag, page.steps);
  for (const name of ["radius", "bias", "steps"]) $(name).value = page[name];
  set($("lag"), { max: page.steps });
  $("lag").value = page.lag;
  $("radius-value").textContent = fixed(page.radius);
  $("bias-value").textContent = page.kind === "rnn" ? "(LSTM)" : `${fixed(page.bias)}: σ = ${fixed(sigmoid(page.bias))}`;
  $("bias").disabled = page.kind === "rnn";
  $("steps-value").textContent = page.steps;
  for (const kind of ["rnn", "lstm"]) $(`kind-${kind}`).setAttribute("aria-pressed", page.kind === kind);
  page.found = results();
  $("lag-value").textContent = `${page.lag}: ${power(page.found.lengths[page.lag])}`;
  drawChart(page.found);
  drawLegend();
  drawFlow(page.found);
  const words = verdict(page.found);
  $("verdict").textContent = words;
  $("chart").setAttribute("aria-label", `The length of the gradient by lag. ${words}`);
  announce(`At lag ${page.lag} its length is ${power(page.found.lengths[page.lag])}. ${words}`);
}

function choose(values) {
  Object.assign(page, values);
  show();
}

document.addEventListener("DOMContentLoaded", () => {
  for (const name of ["radius", "bias", "steps", "lag"]) {
    $(name).addEventListener("input", () => choose({ [name]: Number($(name).value) }));
  }
  $("kind-rnn").addEventListener("click", () => choose({ kind: "rnn" }));
  $("kind-lstm").addEventListener("click", () => choose({ kind: "lstm" }));
  $("try-vanish").addEventListener("click", () => choose({ kind: "rnn", radius: 0.5, steps: 60, lag: 30 }));
  $("try-explode").addEventListener("click", () => choose({ kind: "rnn", radius: 2.5, steps: 60, lag: 60 }));
  $("try-remember").addEventListener("click", () => choose({ kind: "lstm", radius: 0.9, bias: 6, steps: 60, lag: 60 }));
  $("chart").addEventListener("pointermove", (event) => {
    const lag = page.toLag(event.clientX - $("chart").getBoundingClientRect().left);
    if (lag >= 0 && lag <= page.steps && lag !== page.lag) choose({ lag });
  });
  onRedraw(show);
  show();
});
