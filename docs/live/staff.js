// Tunes in staff notation: a translation of rnnlib/plotting/staff.py and glyphs.py into SVG.
// Lengths are in staff spaces, the distance of two lines; y grows downwards, 0 is the top line.
"use strict";

const SYSTEM = 12.6; // from one staff to the next
const HEAD = 0.62;
const ABOVE = 4.6; // room above the first staff
const PLACES = { 1: [8, 5, 9, 6, 3, 7, 4], "-1": [4, 7, 3, 6, 2, 5, 1] };
const SIGNS = { 0: "♮", 1: "♯", "-1": "♭", 2: "♯♯", "-2": "♭♭" };
const shape = (d, extra = {}) => svg("path", { d, fill: "currentColor", ...extra });
const stroke = (x1, y1, x2, y2, width = 0.12, extra = {}) =>
  svg("line", { x1, y1, x2, y2, stroke: "currentColor", "stroke-width": width, ...extra });
const staffY = (place) => 4 - place / 2; // a place counts half spaces from the bottom line

// The middle of the pen's way along a G clef, and how thick it is there.
const CLEF = [[-0.02, 0.52, 0.05], [-0.38, 0.75, 0.12], [-0.38, 1.35, 0.17], [0.12, 1.75, 0.22], [0.75, 1.45, 0.3],
  [0.92, 0.8, 0.24], [0.58, 0.15, 0.16], [-0.1, -0.05, 0.12], [-0.85, 0.22, 0.24], [-1.18, 0.95, 0.38], [-1, 1.8, 0.4],
  [-0.45, 2.6, 0.34], [0.2, 3.35, 0.26], [0.52, 4.15, 0.24], [0.45, 5, 0.16], [0.22, 5.4, 0.06], [-0.06, 5, 0.12],
  [-0.18, 4.25, 0.14], [-0.08, 3.2, 0.14], [0.18, 1.4, 0.13], [0.4, -0.2, 0.13], [0.42, -1.1, 0.13], [0.12, -1.62, 0.13],
  [-0.4, -1.58, 0.13], [-0.58, -1.25, 0.13]];

// A curve through the points (Catmull and Rom's), as the outline of a stroke of changing width.
const clefPath = (() => {
  const ends = [CLEF[0].map((v, k) => 2 * v - CLEF[1][k]), ...CLEF, CLEF.at(-1).map((v, k) => 2 * v - CLEF.at(-2)[k])];
  const curve = [];
  for (let n = 0; n + 3 < ends.length; n++) {
    const [a, b, c, d] = ends.slice(n, n + 4);
    for (let t = 0; t < 1; t += 1 / 8) {
      curve.push(b.map((_, k) => 0.5 * (2 * b[k] + (c[k] - a[k]) * t + (2 * a[k] - 5 * b[k] + 4 * c[k] - d[k]) * t * t
        + (3 * b[k] - a[k] - 3 * c[k] + d[k]) * t * t * t)));
    }
  }
  const quads = [];
  const side = (n) => {
    const [p, q] = [curve[Math.max(0, n - 1)], curve[Math.min(curve.length - 1, n + 1)]];
    const [dx, dy] = [q[0] - p[0], q[1] - p[1]];
    const half = Math.max(curve[n][2], 0.04) / 2 / Math.hypot(dx, dy);
    return [-dy * half, dx * half];
  };
  for (let n = 0; n + 1 < curve.length; n++) {
    const [[x, y], [u, v], [sx, sy], [tx, ty]] = [curve[n], curve[n + 1], side(n), side(n + 1)];
    const corner = (a, b) => `${a.toFixed(3)},${(4 - b).toFixed(3)}`;
    quads.push(`M${corner(x + sx, y + sy)}L${corner(u + tx, v + ty)}L${corner(u - tx, v - ty)}L${corner(x - sx, y - sy)}Z`);
  }
  return quads.join("");
})();

// ---- Notes from bars -----------------------------------------------------------------------------

const VALUES = [4, 2, 1, 0.5, 0.25, 0.125].flatMap((b) => [1.5 * b, b]);

// A value in quarter notes as a sum of values that one note can have, longest first.
function pieces(value) {
  const found = [];
  while (value > 0.12 && found.length < 6) {
    const best = VALUES.find((shape) => shape <= value + 1e-6) ?? 0.125;
    found.push(best);
    value -= best;
  }
  return found.length ? found : [0.125];
}

// The notes of a bar: place, start and value in quarters, accidental, place in a triplet, tie.
function staffNotes(bar, full) {
  const notes = [];
  const lengths = noteDurations(bar.tokens).map((units) => units / 2);
  let [start, left] = [bar.upbeat ? full / 2 - bar.beats / 2 : 0, 0];
  for (const token of bar.tokens) {
    if (token === "(3") left = 3;
    else if (token === "-") {
      if (notes.length) notes.at(-1).tie = true;
    } else if (!"<>{".includes(token[0])) {
      const name = nameOf(token);
      const value = lengths.shift();
      const place = name.rest ? null : "CDEFGAB".indexOf(name.letter) - 2 + 7 * name.octaves;
      pieces(left > 0 ? value * 1.5 : value).forEach((written, k) => {
        const share = left > 0 ? (written * 2) / 3 : written;
        if (k) notes.at(-1).tie = place !== null;
        notes.push({ place, start, value: share, written, accidental: k ? null : name.own, triplet: left, tie: false, x: 0 });
        start += share;
      });
      left = Math.max(left - 1, 0);
    }
  }
  return notes;
}

const advance = (note) => 2.25 * Math.max(note.value, 0.17) ** 0.45 + 0.55;
const barWidth = (bar) => 1.8 + 1.3 * bar.left.includes(":") + bar.right.includes(":")
  + total(bar.notes.map((note) => advance(note) + (note.accidental !== null ? 1.1 : 0)));
const flagCount = (written) => [1, 0.5, 0.25].filter((limit) => written < limit - 1e-6).length;

// ---- Drawing -------------------------------------------------------------------------------------

function drawHead(note) {
  const parts = [];
  const plain = [4, 2, 1, 0.5, 0.25, 0.125].find((b) => b <= note.written + 1e-6);
  if (note.place === null) {
    if (plain >= 2) parts.push(svg("rect", { x: note.x - 0.6, y: plain < 4 ? 1.5 : 1, width: 1.2, height: 0.5, fill: "currentColor" }));
    else if (plain >= 1) parts.push(shape(`M${note.x - 0.3},0.5l.65,.85l-.4,.75l.5,.85q-1,-.3-.55,.65q-.9,-.7-.1,-1l-.5,-.8l.4,-.7z`));
    else {
      for (let k = 0; k < (plain >= 0.5 ? 1 : 2); k++) {
        parts.push(svg("circle", { cx: note.x - 0.4, cy: 1.5 + k, r: 0.26, fill: "currentColor" }),
          stroke(note.x - 0.4, 1.7 + k, note.x + 0.45, 1.25 + k, 0.14));
      }
      parts.push(stroke(note.x + 0.45, 1.25, note.x - 0.1, plain >= 0.5 ? 3.1 : 3.7, 0.16));
    }
  } else {
    const y = staffY(note.place);
    const [rx, ry] = [HEAD + 0.04, 0.46];
    if (plain < 2) parts.push(svg("ellipse", { cx: note.x, cy: y, rx, ry, fill: "currentColor", transform: `rotate(-22 ${note.x} ${y})` }));
    else parts.push(svg("ellipse", { cx: note.x, cy: y, rx: rx - 0.08, ry: ry - 0.1, fill: "none", stroke: "currentColor", "stroke-width": 0.22, transform: `rotate(-22 ${note.x} ${y})` }));
    for (let line = -2; line >= note.place; line -= 2) parts.push(stroke(note.x - 1.05, staffY(line), note.x + 1.05, staffY(line), 0.1));
    for (let line = 10; line <= note.place; line += 2) parts.push(stroke(note.x - 1.05, staffY(line), note.x + 1.05, staffY(line), 0.1));
    if (note.accidental !== null) {
      parts.push(svg("text", { x: note.x - 1.35, y: y + (note.accidental < 0 ? 0.5 : 0.8), "font-size": 2.3, "text-anchor": "middle", style: "fill: currentColor" }, SIGNS[note.accidental]));
    }
  }
  if (note.written > plain * 1.4) {
    const spot = note.place === null ? 2.5 : note.place / 2 + (note.place % 2 === 0 ? 0.5 : 0);
    parts.push(svg("circle", { cx: note.x + 1.1, cy: 4 - spot, r: 0.19, fill: "currentColor" }));
  }
  return parts;
}

// Notes that share a beam: shorter than a quarter, next to each other, in one beat.
function beamGroups(notes, metre) {
  const [beats, whole] = ({ C: "4/4", "C|": "2/2" }[metre] || metre).split("/");
  const beat = whole === "8" ? 1.5 : (beats === "4" || beats === "2") && metre !== "2/4" ? 2 : 1;
  const groups = [];
  let last = null;
  for (const note of notes) {
    const here = Math.floor(note.start / beat + 1e-6);
    if (note.place === null || note.written >= 1) last = null;
    else {
      if (last === here) groups.at(-1).push(note);
      else groups.push([note]);
      last = here;
    }
  }
  return groups;
}

function drawBeam(group, tips) {
  const places = group.map((note) => note.place);
  const up = total(places) / places.length < 4;
  const s = up ? 1 : -1;
  const xs = group.map((note) => note.x + s * (HEAD - 0.03));
  const slope = Math.max(-0.12, Math.min(0.12, (places.at(-1) - places[0]) / 2 / (xs.at(-1) - xs[0])));
  const line = (x) => slope * (x - xs[0]);
  const least = 3 + 0.6 * (Math.max(...group.map((note) => flagCount(note.written))) - 1);
  const base = s * Math.max(...group.map((note, k) => s * (note.place / 2 - line(xs[k])) + least), ...xs.map((x) => s * (2 - line(x))));
  const parts = [];
  group.forEach((note, k) => {
    const tip = base + line(xs[k]);
    tips.set(note, { up, tip });
    parts.push(stroke(xs[k], staffY(note.place) - 0.15 * s, xs[k], 4 - tip, 0.13));
  });
  for (let level = 0; level < 3; level++) {
    const inner = group.map((note) => flagCount(note.written) > level);
    inner.forEach((is, k) => {
      if (!is) return;
      let ends;
      if (inner[k + 1]) ends = [xs[k], xs[k + 1]];
      else if (inner[k - 1]) return;
      else ends = k ? [xs[k] - 1, xs[k]] : [xs[k], xs[k] + 1];
      const [low, high] = ends.map((x) => 4 - (base + line(x) - s * 0.75 * level));
      parts.push(shape(`M${ends[0] - 0.06},${low}L${ends[1] + 0.06},${high}L${ends[1] + 0.06},${high + s * 0.5}L${ends[0] - 0.06},${low + s * 0.5}Z`));
    });
  }
  return parts;
}

function drawFlags(x, tip, up, count) {
  const s = up ? 1 : -1;
  return Array.from({ length: count }, (_, k) => shape(
    `M${x},${4 - tip + 0.85 * s * k}c.1,${0.9 * s} 1.35,${1.2 * s} .85,${2.7 * s}c.2,${-1.15 * s} -.5,${-1.55 * s} -.85,${-1.95 * s}z`));
}

function drawNotes(bar, metre) {
  const parts = bar.notes.flatMap(drawHead);
  const tips = new Map();
  const groups = beamGroups(bar.notes, metre);
  groups.filter((group) => group.length > 1).forEach((group) => parts.push(...drawBeam(group, tips)));
  for (const note of bar.notes) {
    if (note.place === null || tips.has(note) || note.written >= 4) continue;
    const up = note.place < 4;
    const free = note.place / 2 + (up ? 3.5 : -3.5);
    const tip = up ? Math.max(free, 2) : Math.min(free, 2);
    const x = note.x + (up ? HEAD - 0.03 : 0.03 - HEAD);
    tips.set(note, { up, tip });
    parts.push(stroke(x, staffY(note.place) + (up ? -0.15 : 0.15), x, 4 - tip, 0.13));
    if (note.written < 1) parts.push(...drawFlags(x, tip, up, flagCount(note.written)));
  }
  bar.notes.forEach((note, k) => {
    const next = bar.notes[k + 1];
    if (note.tie && note.place !== null && next) {
      const s = (tips.get(note)?.up ?? true) ? 1 : -1;
      const [y, x0, x1] = [staffY(note.place) + 0.7 * s, note.x + 0.3, next.x - 0.3];
      parts.push(shape(`M${x0},${y}Q${(x0 + x1) / 2},${y + 1.5 * s} ${x1},${y}Q${(x0 + x1) / 2},${y + 1.15 * s} ${x0},${y}Z`));
    }
    if (note.triplet === 3 && bar.notes[k - 1]?.triplet !== 3) {
      const three = bar.notes.slice(k, k + 3).filter((one) => one.triplet);
      const ends = three.filter((one) => tips.has(one)).map((one) => tips.get(one));
      const up = ends[0]?.up ?? true;
      const outer = ends.length ? ends.map(({ tip }) => tip) : [4];
      const y = 4 - (up ? Math.max(...outer) + 0.7 : Math.min(...outer) - 0.7);
      parts.push(svg("text", { x: (three[0].x + three.at(-1).x) / 2 + (up ? 0.5 : -0.5), y: y + 0.5, "font-size": 1.5, "font-style": "italic", "text-anchor": "middle", style: "fill: currentColor" }, "3"));
    }
  });
  return parts;
}

function drawBarLine(x, sign) {
  const parts = [];
  if (sign === ":|" || sign === "|]") {
    parts.push(svg("rect", { x: x - 0.44, y: 0, width: 0.44, height: 4, fill: "currentColor" }), stroke(x - 0.85, 0, x - 0.85, 4, 0.13));
    if (sign === ":|") parts.push(...[1.5, 2.5].map((y) => svg("circle", { cx: x - 1.4, cy: y, r: 0.21, fill: "currentColor" })));
  } else if (sign) {
    parts.push(stroke(x, 0, x, 4, 0.13));
    if (sign === "||") parts.push(stroke(x - 0.55, 0, x - 0.55, 4, 0.13));
  }
  return parts;
}

// The whole tune: `bars` from judgeBars, each with a class for its colour. `space` is the size of
// a staff space in pixels. Each bar becomes a group with its number in `data-bar`.
function drawStaff(target, bars, { metre, key, full, width, space, wrong, ink, playing }) {
  const room = width / space - 0.4;
  const signature = Object.keys(keySignature(key)).length;
  const first = 5.4 + signature;
  const lines = [];
  let [line, used] = [[], first];
  bars.forEach((bar, number) => {
    bar.notes = staffNotes(bar, full);
    bar.number = number;
    const wide = barWidth(bar);
    if (line.length && used + wide > room) {
      lines.push(line);
      [line, used] = [[], first];
    }
    line.push(bar);
    used += wide;
  });
  lines.push(line);
  const parts = lines.map((row, k) => {
    const sum = total(row.map(barWidth));
    const stretch = Math.min((room - first) / Math.max(sum, 1), 1.35);
    const right = first + sum * stretch;
    const staff = svg("g", { transform: `translate(0.2 ${ABOVE + SYSTEM * k})` });
    for (let n = 0; n < 5; n++) staff.append(stroke(0, n, right, n, 0.09, { class: "staff-line" }));
    staff.append(shape(clefPath, { transform: "translate(1.5 0)" }), svg("circle", { cx: 1.08, cy: 5.25, r: 0.31, fill: "currentColor" }));
    const sign = sharpsOfKey(key) > 0 ? 1 : -1;
    for (let n = 0; n < signature; n++) {
      staff.append(svg("text", { x: 3.5 + n, y: staffY(PLACES[sign][n]) + (sign < 0 ? 0.5 : 0.8), "font-size": 2.3, "text-anchor": "middle" }, SIGNS[sign]));
    }
    if (k === 0) {
      ({ C: "4/4", "C|": "2/2" }[metre] || metre).split("/").forEach((digit, n) => staff.append(
        svg("text", { x: 4.3 + signature, y: n ? 3.85 : 1.85, "font-size": 2.6, "font-weight": 750, "text-anchor": "middle" }, digit)));
    }
    let x = first;
    for (const bar of row) {
      const end = x + barWidth(bar) * stretch;
      const group = svg("g", { "data-bar": bar.number, style: `color: ${ink(bar)}` });
      group.append(svg("rect", { x: x + 0.2, y: -3, width: end - x - 0.4, height: 10, rx: 0.6,
        fill: playing === bar.number ? "var(--lit)" : wrong(bar) ? "var(--vermillion)" : "transparent", opacity: playing === bar.number ? 0.8 : 0.2 }));
      if (wrong(bar)) {
        group.append(svg("text", { x: (x + end) / 2, y: -3.4, "font-size": 1.55, "text-anchor": "middle", style: "fill: var(--vermillion-text)" },
          `${Number(bar.beats.toFixed(2))} of ${full}`));
      }
      let at = x + 0.9 * stretch;
      if (bar.left.includes(":")) {
        group.append(svg("rect", { x: x + 0.1, y: 0, width: 0.44, height: 4, fill: "currentColor" }), stroke(x + 0.85, 0, x + 0.85, 4, 0.13),
          ...[1.5, 2.5].map((y) => svg("circle", { cx: x + 1.4, cy: y, r: 0.21, fill: "currentColor" })));
        at += 1.3 * stretch;
      }
      for (const note of bar.notes) {
        if (note.accidental !== null) at += 1.1 * stretch;
        note.x = at + 0.4;
        at += advance(note) * stretch;
      }
      group.append(...drawNotes(bar, metre), ...drawBarLine(end, bar.right));
      if (bar.ending) group.append(svg("text", { x: x + 0.6, y: -1.2, "font-size": 1.6, style: "fill: currentColor" }, `${bar.ending}.`));
      staff.append(group);
      x = end;
    }
    return staff;
  });
  const height = (ABOVE + SYSTEM * lines.length - 3.2) * space;
  set(target, { width, height, viewBox: `0 0 ${width / space} ${height / space}` }).replaceChildren(...parts);
}
