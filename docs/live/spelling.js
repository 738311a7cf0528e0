// Page 2, a network learns to spell: one network at five moments, and what it draws at each.
"use strict";

const data = stored("weights");
const stages = data.stages.map((stage) => {
  const p = readParams(stage.params);
  return {
    updates: stage.updates,
    perplexity: stage.losses.map(Math.exp), // on training names, on names held out
    cell: { W_xh: p["cell.W_xh"], W_hh: p["cell.W_hh"], b_h: p["cell.b_h"] },
    out: { W_hy: p["out.W_hy"], b_y: p["out.b_y"] },
  };
});
const V = data.alphabet.length;
const H = stages[0].cell.b_h.length;
const inList = new Set(data.training);
const [NAMES, LONGEST, LONGEST_BEGINNING] = [12, 24, 12];
const letter = (k) => (k === 0 ? "end" : data.alphabet[k]);
const count = (n) => n.toLocaleString("en");

const page = { stage: 3, temperature: 1, beginning: "", seed: 1, name: 0, place: 0, us: [], written: [] };

// ---- Luck: the same random numbers at every moment -----------------------------------------------

function luck(seed) {
  const next = uniform(seed);
  return Array.from({ length: NAMES }, () => Array.from({ length: LONGEST }, next));
}

// ---- Writing ---------------------------------------------------------------------------------------

// The state after the full stop that begins a name and after what all names begin with.
function stateAfter({ cell }, beginning) {
  const xs = [..."." + beginning].map((symbol) => oneHot(data.alphabet.indexOf(symbol), V));
  return rnnForward(xs, zeros(H), cell).at(-1);
}

// One name: its letters, and each draw with its probabilities. `us` are the random numbers.
function writeName({ cell, out }, h, us, temperature, longest) {
  const draws = [];
  for (const u of us.slice(0, longest)) {
    const p = softmax(outputStep(h, out), temperature);
    const k = draw(p, u);
    draws.push({ p, u, k });
    if (k === 0) break;
    h = rnnStep(oneHot(k, V), h, cell);
  }
  return { draws, text: draws.filter(({ k }) => k !== 0).map(({ k }) => data.alphabet[k]).join("") };
}

// Everything that the page writes: the test reads it, too.
function results() {
  const stage = stages[page.stage];
  const h = stateAfter(stage, page.beginning);
  const longest = LONGEST - page.beginning.length;
  return page.us.map((us) => writeName(stage, h, us, page.temperature, longest));
}

// ---- The names -------------------------------------------------------------------------------------

function drawNames() {
  const buttons = $("names").children;
  let learned = 0;
  page.written.forEach(({ draws, text }, n) => {
    const parts = [...page.beginning].map((symbol) => el("span", { style: "color: var(--grey)" }, symbol));
    draws.forEach(({ k }, t) => {
      const here = n === page.name && t === page.place;
      if (k !== 0 || here) parts.push(el("span", { "data-place": t, ...(here ? { class: "here" } : {}) }, k === 0 ? "▪" : data.alphabet[k]));
    });
    if (!parts.length) parts.push("(nothing)");
    if (draws.at(-1).k !== 0) parts.push("…");
    if (inList.has(page.beginning + text)) {
      learned += 1;
      parts.push(el("small", {}, "in the list"));
    }
    buttons[n].replaceChildren(...parts);
    buttons[n].setAttribute("aria-pressed", n === page.name);
    buttons[n].setAttribute("aria-label", `${n + 1}: ${page.beginning + text || "nothing"}${inList.has(page.beginning + text) ? ", in the list" : ""}`);
  });
  $("known").textContent = learned ? `${learned} of 12 stand in the list that it learned from.` : "None of them stands in the list that it learned from.";
}

// ---- Perplexity --------------------------------------------------------------------------------------

function drawChart() {
  const width = Math.max(120, $("chart").parentElement.clientWidth); // 0 before the first layout
  const height = 236;
  const [left, right, top, bottom] = [34, width - 22, 18, height - 40];
  const x = (s) => left + ((right - left) * s) / (stages.length - 1);
  const y = (value) => bottom - ((bottom - top) * Math.log(value / 3)) / Math.log(30 / 3);
  const parts = [];
  for (const value of [3, 5, 10, 27]) {
    parts.push(svg("line", { x1: left, x2: right, y1: y(value), y2: y(value), class: "axis", "stroke-dasharray": value === 27 ? "5 3" : "none" }),
      svg("text", { x: left - 8, y: y(value) + 4, "text-anchor": "end", class: "label" }, String(value)));
  }
  stages.forEach(({ updates }, s) => {
    const short = updates >= 1000 && width < 330 ? `${updates / 1000}k` : count(updates);
    parts.push(svg("text", { x: x(s), y: bottom + 18, "text-anchor": "middle", class: "label", "font-weight": s === page.stage ? 700 : 400 }, short));
  });
  parts.push(svg("text", { x: (left + right) / 2, y: height - 4, "text-anchor": "middle", class: "label" }, "updates made"),
    svg("line", { x1: x(page.stage), x2: x(page.stage), y1: top - 8, y2: bottom, stroke: "var(--orange)", "stroke-width": 1.5 }));
  [["var(--blue)", "none"], ["var(--vermillion)", "6 4"]].forEach(([colour, dashes], which) => {
    const points = stages.map(({ perplexity }, s) => [x(s), y(perplexity[which])]);
    parts.push(svg("path", { d: points.map(([px, py], s) => `${s ? "L" : "M"}${px},${py}`).join(""), fill: "none", stroke: colour, "stroke-width": 2.5, "stroke-dasharray": dashes }));
    points.forEach(([px, py], s) => {
      const size = s === page.stage ? 6 : 3.5;
      parts.push(which === 0 ? svg("circle", { cx: px, cy: py, r: size, fill: colour })
        : svg("rect", { x: px - size, y: py - size, width: 2 * size, height: 2 * size, fill: colour }));
    });
  });
  set($("chart"), { width, height, viewBox: `0 0 ${width} ${height}` }).replaceChildren(...parts);
}

function tellPerplexity() {
  const { updates, perplexity: [training, heldOut] } = stages[page.stage];
  const best = stages.reduce((a, b) => (a.perplexity[1] <= b.perplexity[1] ? a : b));
  const verdict = updates > best.updates
    ? `That is worse than after ${count(best.updates)}: it learns the list by heart (overfitting).`
    : training > 25 ? "It guesses blindly among all 27 symbols." : "";
  const words = `After ${count(updates)} updates its perplexity is ${fixed(training, 1)} on training names and ${fixed(heldOut, 1)} on 118 names `
    + `held out: it is as unsure as if it chose among that many letters. ${verdict}`;
  const key = (colour, dashes, name) => el("span", { class: "key" }, svg("svg", { width: 30, height: 10, "aria-hidden": "true" },
    svg("line", { x1: 1, x2: 29, y1: 5, y2: 5, stroke: colour, "stroke-width": 3, "stroke-dasharray": dashes })), name);
  $("perplexity").replaceChildren(key("var(--blue)", "none", "training names"), key("var(--vermillion)", "6 4", "held out"), el("p", { style: "margin: .5em 0 0" }, words));
  $("chart").setAttribute("aria-label", words);
  return words;
}

// ---- The wheel ---------------------------------------------------------------------------------------

const around = (share, radius) => {
  const angle = 2 * Math.PI * share;
  return [radius * Math.sin(angle), -radius * Math.cos(angle)];
};
const OUTER = 142;
const INNER = 62;

function sector(from, to) {
  if (to - from > 0.99999) to = from + 0.99999; // a full turn has no beginning and no end
  const large = to - from > 0.5 ? 1 : 0;
  const [a, b, c, d] = [around(from, OUTER), around(to, OUTER), around(to, INNER), around(from, INNER)];
  return `M${a}A${OUTER},${OUTER} 0 ${large} 1 ${b}L${c}A${INNER},${INNER} 0 ${large} 0 ${d}Z`;
}

function drawWheel({ p, u, k }) {
  const parts = [];
  let reached = 0;
  p.forEach((share, symbol) => {
    const [from, to] = [reached, reached + share];
    reached = to;
    if (share < 0.0008) return;
    const chosen = symbol === k;
    parts.push(svg("path", { d: sector(from, to), fill: chosen ? "var(--green)" : "var(--blue)", stroke: "var(--card)",
      "stroke-width": share > 0.01 ? 1.5 : 0.4, opacity: chosen ? 1 : symbol % 2 ? 0.62 : 0.42 }));
    if (share > 0.022 || chosen) {
      const [x, y] = around((from + to) / 2, chosen ? OUTER + 15 : (OUTER + INNER) / 2);
      parts.push(svg("text", { x, y: y + 5, "text-anchor": "middle", class: "mono", "font-size": chosen ? 19 : share > 0.05 ? 17 : 13,
        "font-weight": chosen ? 750 : 500 }, symbol === 0 ? (share > 0.06 || chosen ? "end" : "▪") : data.alphabet[symbol]));
    }
  });
  const [x, y] = around(u, OUTER - 6);
  const needle = svg("g", { id: "needle" },
    svg("line", { x1: 0, y1: 0, x2: 0, y2: -(OUTER - 16), stroke: "var(--ink)", "stroke-width": 4 }),
    svg("path", { d: `M0,${-(OUTER - 2)}L8,${-(OUTER - 20)}L-8,${-(OUTER - 20)}Z`, fill: "var(--ink)", stroke: "var(--card)", "stroke-width": 1 }),
    svg("circle", { cx: 0, cy: 0, r: 9, fill: "var(--ink)" }));
  needle.setAttribute("transform", `rotate(${360 * u})`);
  parts.push(svg("line", { x1: 0, x2: 0, y1: -OUTER - 2, y2: -OUTER - 9, stroke: "var(--grey)", "stroke-width": 2 }), needle);
  $("wheel").replaceChildren(...parts);
  return needle;
}

// The arrow runs once around and stops where the number says; not for whoever wants no motion.
function spin(needle, u) {
  if (quiet() || !needle.animate) return;
  needle.animate([{ transform: `rotate(${360 * u - 400}deg)` }, { transform: `rotate(${360 * u}deg)` }], { duration: 700, easing: "cubic-bezier(.15,.7,.25,1)" });
}

function tellDraw({ draws }) {
  const { p, u, k } = draws[page.place];
  const before = page.beginning + draws.slice(0, page.place).map((one) => data.alphabet[one.k]).join("");
  const from = p.slice(0, k).reduce((sum, share) => sum + share, 0);
  const rank = [...p].filter((share) => share > p[k]).length + 1;
  $("wheel-title").replaceChildren("The draw after ", el("span", { class: "mono" }, before || "▸ (the beginning)"));
  const what = k === 0 ? "the end of the name" : `“${data.alphabet[k]}”`;
  const words = `The random number is ${fixed(u, 3)}. It falls into the piece from ${fixed(from, 3)} to ${fixed(from + p[k], 3)}: ${what}, `
    + `with a probability of ${percent(p[k])}${rank === 1 ? ", the likeliest of all" : `, number ${rank} of 27`}.`;
  $("drawn").textContent = words;
  $("wheel").setAttribute("aria-label", words);
  return words;
}

// ---- Answers -----------------------------------------------------------------------------------

function show() {
  page.written = results();
  const name = page.written[page.name];
  page.place = Math.min(page.place, name.draws.length - 1);
  const one = name.draws[page.place];
  const { updates } = stages[page.stage];
  $("stage").value = page.stage;
  $("stage").setAttribute("aria-valuetext", `${count(updates)} updates`);
  $("stage-value").textContent = count(updates);
  $("temperature").value = page.temperature;
  $("temperature-value").textContent = fixed(page.temperature);
  $("name").value = page.name + 1;
  $("name-value").textContent = page.beginning + name.text || "(nothing)";
  $("name").setAttribute("aria-valuetext", $("name-value").textContent);
  set($("place"), { max: name.draws.length });
  $("place").value = page.place + 1;
  $("place-value").textContent = letter(one.k);
  $("place").setAttribute("aria-valuetext", letter(one.k));
  $("next").textContent = page.place + 1 < name.draws.length ? "draw the next letter" : "draw the next name";
  drawNames();
  drawChart();
  const unsure = tellPerplexity();
  const drawn = tellDraw(name);
  page.needle = drawWheel(one);
  announce(`Name ${page.name + 1} is ${page.beginning + name.text || "nothing"}. ${drawn} ${unsure}`);
}

function choose(values) {
  Object.assign(page, values);
  show();
}

function type(text) {
  const { text: kept, message } = readable(text, data.alphabet.slice(1), LONGEST_BEGINNING);
  $("message").textContent = message;
  choose({ beginning: kept });
}

function next() {
  if (page.place + 1 < page.written[page.name].draws.length) choose({ place: page.place + 1 });
  else choose({ name: (page.name + 1) % NAMES, place: 0 });
  spin(page.needle, page.written[page.name].draws[page.place].u);
}

document.addEventListener("DOMContentLoaded", () => {
  for (let n = 0; n < NAMES; n++) {
    const button = el("button", { type: "button", class: "mono" });
    button.addEventListener("click", (event) => {
      const place = event.target.dataset.place;
      choose({ name: n, place: place === undefined ? 0 : Number(place) });
    });
    $("names").append(button);
  }
  $("stage").addEventListener("input", () => choose({ stage: Number($("stage").value) }));
  $("temperature").addEventListener("input", () => choose({ temperature: Number($("temperature").value) }));
  $("name").addEventListener("input", () => choose({ name: Number($("name").value) - 1, place: 0 }));
  $("place").addEventListener("input", () => choose({ place: Number($("place").value) - 1 }));
  $("beginning").addEventListener("input", () => type($("beginning").value));
  $("anew").addEventListener("click", () => choose({ seed: page.seed + 1, us: luck(page.seed + 1) }));
  $("next").addEventListener("click", next);
  onRedraw(show);
  choose({ us: luck(page.seed), name: 0, place: 2 });
});
