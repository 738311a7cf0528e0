// Page 5, where does it look: a date is read and written anew, with attention and without.
"use strict";

const data = stored("weights");
const [SOURCE, TARGET] = [data.source, data.target];
const [START, END] = [TARGET.indexOf("^"), TARGET.indexOf(".")];
const [LONGEST, ANSWER] = [40, 11];
const H = 48;

function network({ params }) {
  const p = readParams(params);
  const gru = (name) => ({ W_xh: p[`${name}.W_xh`], W_hh: p[`${name}.W_hh`], b_h: p[`${name}.b_h`], b_hn: p[`${name}.b_hn`] });
  return { encoder: gru("encoder"), decoder: gru("decoder"), out: { W_hy: p["out.W_hy"], b_y: p["out.b_y"] } };
}
const attentive = network(data.attention);
const plain = network(data.plain);

const page = { text: "", iso: null, readings: null, k: ANSWER, width: 3, found: null };

// ---- Reading and writing ---------------------------------------------------------------------------

const encode = (net, text) =>
  gruForward([...text].map((symbol) => oneHot(SOURCE.indexOf(symbol), SOURCE.length)), zeros(H), net.encoder);

// One step of the decoder: s_k from the symbol before, a context from all states h_t if it attends.
const decoder = (net, hs, attends) => (symbol, state) => {
  const s = gruStep(oneHot(symbol, TARGET.length), state, net.decoder).h;
  if (!attends) return { state: s, logits: outputStep(s, net.out) };
  const { weights, context } = attention(s, hs, hs);
  return { state: s, weights, logits: outputStep(Float64Array.of(...s, ...context), net.out) };
};

// The likeliest symbol each time, up to the end mark: what greedyDecode does, with all on the way.
function write(net, hs, attends) {
  const step = decoder(net, hs, attends);
  const written = [];
  let [symbol, state] = [START, hs.at(-1)];
  while (written.length < ANSWER && symbol !== END) {
    const next = step(symbol, state);
    const p = softmax(next.logits);
    [symbol, state] = [argmax(p), next.state];
    written.push({ symbol, p, weights: next.weights });
  }
  return written;
}
const spelled = (written) => written.filter(({ symbol }) => symbol !== END).map(({ symbol }) => TARGET[symbol]).join("");

// Everything that the page shows: the test reads it, too. `null` as long as nothing is typed. What
// has not changed is not worked out again: the texts of both networks, or the beam as well.
const known = { text: null, width: null };
function results() {
  if (!page.text) return null;
  if (known.text !== page.text) {
    known.hs = encode(attentive, page.text);
    known.written = write(attentive, known.hs, true);
    known.without = write(plain, encode(plain, page.text), false);
  }
  if (known.text !== page.text || known.width !== page.width) {
    known.beam = beamSearch(decoder(attentive, known.hs, true), known.hs.at(-1), START, END, page.width, ANSWER);
  }
  [known.text, known.width] = [page.text, page.width];
  return known;
}

// ---- Lines of attention ------------------------------------------------------------------------------

const visible = (symbol) => (symbol === " " ? "␣" : symbol);

function drawLook({ written }) {
  const box = $("look").parentElement;
  const width = Math.max(120, box.clientWidth - 2 * parseFloat(getComputedStyle(box).paddingLeft)); // 0 before the first layout
  const [T, n] = [page.text.length, written.length];
  const pitch = Math.min(28, width / T);
  const wide = Math.min(46, width / ANSWER);
  const [top, bottom, height] = [44, 236, 290];
  const xs = (t) => (width - pitch * T) / 2 + pitch * (t + 0.5);
  const ys = (k) => (width - wide * ANSWER) / 2 + wide * (k + 0.5);
  const chosen = written[page.k - 1];
  const parts = [];
  const line = (k, t, weight, here) => svg("path", {
    d: `M${ys(k)},${top + 8}C${ys(k)},${top + 95} ${xs(t)},${bottom - 105} ${xs(t)},${bottom - 14}`, fill: "none",
    stroke: here ? "var(--vermillion)" : "var(--blue)", "stroke-width": Math.max(0.8, weight * (here ? 13 : 9)),
    "stroke-linecap": "round", opacity: here ? 0.35 + 0.6 * weight : 0.1 + 0.22 * weight });
  for (const now of [false, true]) { // the chosen symbol's lines lie on top
    for (let k = 0; k < page.k; k++) {
      if ((k === page.k - 1) !== now) continue;
      written[k].weights.forEach((weight, t) => { if (weight > 0.015) parts.push(line(k, t, weight, now)); });
    }
  }
  const sizeY = Math.min(30, wide * 0.95);
  for (let k = 0; k < n; k++) {
    const here = k === page.k - 1;
    const letter = written[k].symbol === END ? "■" : TARGET[written[k].symbol];
    const group = svg("g", { "data-k": k + 1, style: "cursor: pointer" });
    group.append(svg("rect", { x: ys(k) - wide / 2 + 1.5, y: 4, width: wide - 3, height: 44, rx: 8,
      fill: here ? "var(--lit)" : "var(--card)", stroke: here ? "var(--orange)" : "var(--line)", "stroke-width": here ? 2.5 : 1 }));
    if (k < page.k) {
      group.append(svg("text", { x: ys(k), y: 36, "text-anchor": "middle", class: "mono", "font-size": sizeY, "font-weight": here ? 720 : 500 }, letter));
    }
    parts.push(group);
  }
  const sizeX = Math.min(20, pitch * 1.5);
  [...page.text].forEach((symbol, t) => {
    const weight = chosen.weights[t];
    parts.push(
      svg("rect", { x: xs(t) - pitch / 2 + 0.5, y: bottom - 12, width: pitch - 1, height: 28, rx: Math.min(5, pitch / 3), fill: "var(--vermillion)", opacity: 0.06 + 0.5 * weight }),
      svg("text", { x: xs(t), y: bottom + 8, "text-anchor": "middle", class: "mono", "font-size": sizeX, "font-weight": weight > 0.2 ? 720 : 400 }, symbol === " " && pitch > 12 ? "␣" : symbol),
      svg("rect", { x: xs(t) - Math.min(7, pitch * 0.35), y: bottom + 22, width: Math.min(14, pitch * 0.7), height: Math.max(0.6, 30 * weight), fill: "var(--vermillion)" }));
  });
  set($("look"), { width, height, viewBox: `0 0 ${width} ${height}` }).replaceChildren(...parts);
}

function tellLook({ written }) {
  const { symbol, p, weights } = written[page.k - 1];
  const order = [...weights.keys()].sort((a, b) => weights[b] - weights[a]).slice(0, 3).filter((t, n) => n === 0 || weights[t] > 0.1);
  const places = order.map((t) => `“${visible(page.text[t])}” at place ${t + 1} (${percent(weights[t])})`);
  const what = symbol === END ? "the end" : `“${TARGET[symbol]}”`;
  const before = written.slice(0, page.k - 1).map((one) => TARGET[one.symbol]).join("");
  const words = `${before ? `After ${before} it` : "It"} writes ${what}, with a probability of ${percent(p[symbol])}. It looks mostly at ${places.join(", then ")}.`;
  $("told").textContent = words;
  $("look").setAttribute("aria-label", `${page.text} becomes ${spelled(written)}. ${words}`);
  return words;
}

// ---- Without attention ------------------------------------------------------------------------------

function tellPlain({ written, without }) {
  const [mine, other] = [spelled(written), spelled(without)];
  const right = page.iso ?? mine;
  const parts = [...other].map((symbol, k) => (symbol === right[k] ? symbol : el("u", {}, symbol)));
  $("plain").replaceChildren(...parts);
  const wrong = Math.max(right.length, other.length) - [...other].filter((symbol, k) => symbol === right[k]).length;
  let words;
  if (page.iso) {
    words = `${page.iso} is meant. With attention it writes ${mine}: ${mine === page.iso ? "right" : "wrong"}. `
      + `Without it, ${other}: ${wrong === 0 ? "right as well." : `${wrong} of 10 symbols wrong, underlined.`}`;
  } else if (page.readings) {
    words = `Two dates can be meant, ${page.readings.join(" and ")}: nobody can know which. With attention it writes ${mine}, without it ${other}.`;
  } else {
    words = `With attention it writes ${mine}, without it ${other}. `
      + (wrong === 0 ? "They agree." : "They differ where it is underlined.")
      + " What is right only you can know: a network always writes something, even for a text that is no date.";
  }
  // A date is not broken over two lines.
  $("plain-told").replaceChildren(...words.split(/([\d-]{8,})/).map((part, n) => (n % 2 ? el("span", { style: "white-space: nowrap" }, part) : part)));
  return words;
}

function drawChart() {
  const width = Math.max(120, $("chart").parentElement.clientWidth - 2 * parseFloat(getComputedStyle($("chart").parentElement).paddingLeft)); // 0 before the first layout
  const [left, top, bottom, height] = [48, 18, 168, 208];
  const group = (width - left) / data.lengths.length;
  const rate = (which, g) => data[which].right[g][0] / data[which].right[g][1];
  const y = (value) => bottom - (bottom - top) * value;
  const parts = [svg("defs", {}, svg("pattern", { id: "stripes", width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    svg("rect", { width: 6, height: 6, fill: "var(--card)" }), svg("rect", { width: 3, height: 6, fill: "var(--vermillion)" })))];
  for (const value of [0, 0.5, 1]) {
    parts.push(svg("line", { x1: left, x2: width, y1: y(value), y2: y(value), class: "axis" }),
      svg("text", { x: left - 6, y: y(value) + 4, "text-anchor": "end", class: "label" }, `${100 * value} %`));
  }
  const bar = Math.min(34, group * 0.34);
  data.lengths.forEach(([from, to], g) => {
    const middle = left + group * (g + 0.5);
    const here = page.text.length >= from && page.text.length <= to;
    [["attention", "var(--green)", -bar - 1], ["plain", "url(#stripes)", 1]].forEach(([which, fill, shift]) => {
      const value = rate(which, g);
      parts.push(svg("rect", { x: middle + shift, y: y(value), width: bar, height: Math.max(1, bottom - y(value)), fill, stroke: which === "plain" ? "var(--vermillion)" : "none" }),
        svg("text", { x: middle + shift + bar / 2, y: y(value) - 4, "text-anchor": "middle", class: "label", "font-size": 11 }, Math.round(100 * value)));
    });
    parts.push(svg("text", { x: middle, y: bottom + 17, "text-anchor": "middle", class: "label", "font-weight": here ? 750 : 400 }, g === 0 ? `up to ${to}` : g === data.lengths.length - 1 ? `from ${from}` : `${from}–${to}`));
    if (here) parts.push(svg("rect", { x: middle - group / 2 + 3, y: 2, width: group - 6, height: bottom + 22, fill: "none", stroke: "var(--orange)", "stroke-width": 2, rx: 6 }));
  });
  parts.push(svg("text", { x: left + (width - left) / 2, y: height - 6, "text-anchor": "middle", class: "label" }, "symbols in the text"));
  set($("chart"), { width, height, viewBox: `0 0 ${width} ${height}` }).replaceChildren(...parts);
  const said = data.lengths.map(([from, to], g) => `${from} to ${to} symbols: ${Math.round(100 * rate("attention", g))} % and ${Math.round(100 * rate("plain", g))} %`);
  $("chart").setAttribute("aria-label", `Dates right as a whole, with attention and without. ${said.join("; ")}.`);
  const total = data.attention.right.reduce((sum, [, all]) => sum + all, 0);
  const key = (fill, name) => el("span", { class: "key" }, svg("svg", { width: 16, height: 12, "aria-hidden": "true" },
    svg("rect", { width: 16, height: 12, rx: 2, fill, stroke: "var(--vermillion)", "stroke-width": fill === "var(--green)" ? 0 : 1 })), name);
  $("chart-told").replaceChildren(key("var(--green)", "with attention"), key("url(#stripes)", "without"), ` Whole dates right, of ${total} that were held out; the frame marks texts as long as yours.`);
}

// ---- The beam as a tree --------------------------------------------------------------------------------

function drawTree({ beam: { rounds } }) {
  const box = $("tree").parentElement;
  const width = Math.max(120, box.clientWidth - 2 * parseFloat(getComputedStyle(box).paddingLeft)); // 0 before the first layout
  const row = 34;
  const column = width / (ANSWER + 1);
  const height = row * page.width + 8;
  const x = (r) => column * (r + 0.5);
  const y = (rank) => row * (rank + 0.5) + 4;
  const alive = new Set(); // what a path of the last beam goes through
  for (let path of rounds.at(-1)) for (; path; path = path.parent) alive.add(path);
  const bestLine = new Set();
  for (let path = rounds.at(-1)[0]; path; path = path.parent) bestLine.add(path);
  const [lines, nodes] = [[], []];
  rounds.forEach((beam, r) => beam.forEach((path, rank) => {
    const best = bestLine.has(path);
    if (r) {
      const from = rounds[r - 1].indexOf(path.parent);
      const mid = (x(r - 1) + x(r)) / 2;
      lines.push(svg("path", { d: `M${x(r - 1)},${y(from)}C${mid},${y(from)} ${mid},${y(rank)} ${x(r)},${y(rank)}`, fill: "none",
        stroke: best ? "var(--green)" : alive.has(path) ? "var(--blue)" : "var(--grey)", "stroke-width": best ? 4 : 1.8,
        "stroke-dasharray": alive.has(path) ? "none" : "3 3", opacity: alive.has(path) ? 1 : 0.6 }));
    }
    const letter = r === 0 ? "▸" : path.done ? "■" : TARGET[path.last];
    const size = Math.min(13, column * 0.42);
    nodes.push(svg("circle", { cx: x(r), cy: y(rank), r: size, fill: "var(--card)", stroke: best ? "var(--green)" : alive.has(path) ? "var(--blue)" : "var(--line)", "stroke-width": best ? 2.5 : 1.4 }),
      svg("text", { x: x(r), y: y(rank) + size * 0.42, "text-anchor": "middle", class: "mono", "font-size": size * 1.25, "font-weight": best ? 720 : 400, opacity: alive.has(path) ? 1 : 0.75 }, letter));
  }));
  set($("tree"), { width, height, viewBox: `0 0 ${width} ${height}` }).replaceChildren(...lines, ...nodes);
}

function tellBeam({ beam: { rounds } }) {
  const answers = rounds.at(-1).map(({ symbols, score }) => [symbols.map((k) => TARGET[k]).join(""), share(Math.exp(score))]);
  $("answers").replaceChildren(...answers.map(([text, chance]) => el("li", {}, el("span", { class: "mono" }, text), ` ${chance}`)));
  const words = `The beam of ${page.width} ends with ${answers.map(([text, chance]) => `${text}, ${chance}`).join("; ")}.`;
  $("tree").setAttribute("aria-label", words);
  return words;
}

// ---- Answers -----------------------------------------------------------------------------------------

const PICTURES = ["look", "tree"];

function show() {
  const found = (page.found = results());
  $("width").value = page.width;
  $("width-value").textContent = page.width;
  drawChart();
  for (const id of ["k", "play", "width"]) $(id).disabled = !found;
  if (!found) {
    for (const id of [...PICTURES, "plain", "answers"]) $(id).replaceChildren();
    for (const id of ["told", "plain-told", "k-value"]) $(id).textContent = "";
    for (const id of PICTURES) $(id).setAttribute("aria-label", "Nothing is typed yet.");
    return;
  }
  page.k = Math.min(page.k, found.written.length);
  set($("k"), { max: found.written.length });
  $("k").value = page.k;
  const { symbol } = found.written[page.k - 1];
  $("k-value").textContent = `${page.k}: ${symbol === END ? "end" : TARGET[symbol]}`;
  $("k").setAttribute("aria-valuetext", $("k-value").textContent);
  drawLook(found);
  drawTree(found);
  announce(`${tellPlain(found)} ${tellLook(found)} ${tellBeam(found)}`);
}

function choose(values) {
  Object.assign(page, values);
  show();
}

let timer = null;
function stop() {
  clearInterval(timer);
  timer = null;
}

// Symbol by symbol; all at once for whoever wants no motion.
function play() {
  stop();
  if (quiet()) return choose({ k: ANSWER });
  choose({ k: 1 });
  timer = setInterval(() => {
    if (!page.found || page.k >= page.found.written.length) return stop();
    choose({ k: page.k + 1 });
  }, 420);
}

const LEARNED = "letters as in English and Spanish dates, digits, “/”, “,” and spaces";
function type(text) {
  stop();
  const { text: kept, message } = readable(text, SOURCE, LONGEST, LEARNED);
  $("message").textContent = message || (kept ? "" : "Nothing is typed yet: write a date, such as 4 March 2026.");
  choose({ text: kept, iso: null, readings: null, k: page.k > 1 ? page.k : ANSWER });
}

function give(text, iso, readings = null) {
  stop();
  $("text").value = text;
  type(text);
  choose({ iso, readings, k: 7 });
}

const EXAMPLES = [
  ["domingo, 17 de febrero de 1991", "1991-02-17"],
  ["Sunday, September 16, 2001", "2001-09-16"],
  ["Setpember 17, 1998", "1998-09-17"],
  ["4 de mrzo de 2026", "2026-03-04"],
  ["3/4/26", null, ["2026-03-04", "2026-04-03"]],
  ["see you tomorrow", null],
];

document.addEventListener("DOMContentLoaded", () => {
  for (const [text, iso, readings] of EXAMPLES) {
    const button = el("button", { type: "button" }, text);
    button.addEventListener("click", () => give(text, iso, readings));
    $("examples").append(button);
  }
  let drawn = 0;
  const another = el("button", { type: "button", id: "another" }, "a date held out");
  another.addEventListener("click", () => give(...data.dates[drawn++ % data.dates.length]));
  $("examples").append(another);
  $("text").addEventListener("input", () => type($("text").value));
  $("k").addEventListener("input", () => { stop(); choose({ k: Number($("k").value) }); });
  $("width").addEventListener("input", () => choose({ width: Number($("width").value) }));
  $("play").addEventListener("click", play);
  $("look").addEventListener("click", (event) => {
    const k = event.target.closest("[data-k]")?.dataset.k;
    if (k) { stop(); choose({ k: Number(k) }); }
  });
  onRedraw(show);
  give(...EXAMPLES[0]);
});
