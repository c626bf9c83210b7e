// The page: what a person does becomes a request, a request becomes a scar.

import * as api from "/static/api.js";
import { asBits, asText, Brush } from "/static/brush.js";
import { BullsEye } from "/static/bullseye.js";
import { Controls, fillSelect } from "/static/controls.js";
import { Designs, nameOf, Rules, START } from "/static/design.js";
import { Film } from "/static/film.js";
import { bindKeys } from "/static/keys.js";
import { showNumbers } from "/static/numbers.js";
import { Openings } from "/static/openings.js";
import { bindOutput } from "/static/output.js";
import { Stack } from "/static/stack.js";
import { Viewer } from "/static/viewer.js";
import { bindVolume } from "/static/volume.js";

const LEVELS = ["basal", "mid", "apical"];
const REST = 350; // ms without a change before a slow generator paints
const the = (id) => document.getElementById(id);
const page = { sample: null, known: null, busy: false, again: false, rest: null };

const designs = new Designs(START);
const viewer = new Viewer(the("slice"), {
  onSlice: () => showSlice(),
  onPointer: (pixel) => showPointer(pixel),
  onView: () => showView(),
});
const film = new Film(the("film"), (index) => viewer.select(index));
const brush = new Brush(viewer, {
  onStart: () => (designs.now.painted ? asBits(designs.now.painted) : page.stack.bits()),
  onEnd: (bits) => change((now) => page.rules.withPainted(now, asText(bits))),
});
const eye = new BullsEye(the("eye"), {
  onSegment: (segment, on) => {
    if (on) viewer.select(page.stack.nearSegment(viewer.index, segment));
    change((now) => page.rules.withSegment(now, segment, on), "drag");
  },
  onDepth: (segment, step) => change((now) => page.rules.withDepth(now, segment, step), `depth ${segment}`),
  onRest: () => designs.rest(),
  onFocus: (segment) => (the("depth-of").textContent = `Depth of segment ${segment}`),
});
const controls = new Controls(the("options"), the("more"), {
  onChange: (name, value, dragged = false) => change((now) => page.rules.withOption(now, name, value), dragged ? name : null),
  onRest: () => designs.rest(),
});

/** A change of the request: it can be undone, and its scar is shown. */
function change(next, kind = null) {
  if (!page.scan || !designs.set(next(designs.now), kind)) return;
  if (kind === null) designs.rest();
  showDesign();
  refresh();
}

/** The scar of the request. While a slow generator is waited for, the mask is painted by the quickest. */
async function refresh(resting = false) {
  clearTimeout(page.rest);
  if (page.busy) {
    page.again = true;
    return;
  }
  const asked = designs.now;
  const sent = resting ? asked : page.rules.draft(asked);
  page.busy = true;
  document.body.dataset.busy = "true";
  document.body.classList.toggle("painting", sent === asked && page.rules.find("generators", asked.generator).slow);
  the("progress").hidden = !document.body.classList.contains("painting");
  try {
    const sample = await api.sample(sent);
    if (sample) showSample(sample, sent !== asked);
    showError("");
  } catch (error) {
    showError(error.message);
  }
  page.busy = false;
  the("progress").hidden = true;
  document.body.classList.remove("painting");
  if (page.again || designs.now !== asked) {
    page.again = false;
    refresh();
  } else if (sent !== asked) page.rest = setTimeout(() => refresh(true), REST);
  else document.body.dataset.busy = "false";
}

function showSample(sample, draft) {
  page.sample = sample;
  viewer.show(sample);
  const near = designs.now.painted ? viewer.index : page.stack.nearScar(viewer.index);
  if (near !== viewer.index) viewer.select(near);
  film.draw(viewer.limits, viewer.before);
  showNumbers({ facts: the("facts"), notes: the("notes"), rules: the("rules"), segments: the("segments") }, sample, page.scan);
  the("facts").classList.toggle("draft", draft);
  controls.show(designs.now, sample);
  showEye();
  showView();
}

function showEye() {
  const shares = {};
  if (page.sample)
    for (const [segment, one] of Object.entries(page.sample.numbers.segments)) shares[segment] = one.scar_percent ?? 0;
  const { now } = designs;
  the("scale-end").textContent = Object.keys(now.table).length ? "100 % is scar; the numbers are the depths asked for" : "100 % of the segment is scar";
  eye.show({ chosen: page.rules.chosen(now), allowed: page.rules.allowed(now), depths: now.table, shares, names: page.scan.segments });
}

/** Everything that shows the request itself. */
function showDesign() {
  const { now } = designs;
  const [prior, generator] = [page.rules.find("priors", now.prior), page.rules.find("generators", now.generator)];
  the("prior").value = prior.name;
  the("generator").value = generator.name;
  the("summary").textContent = `${prior.name}: ${prior.summary}. ${generator.name}: ${generator.summary}.`;
  the("seed").value = now.seed;
  the("existing").value = now.existing;
  for (const button of the("territories").children) button.setAttribute("aria-pressed", now.options.territory === button.value);
  for (const button of the("levels").children) button.setAttribute("aria-pressed", (now.options.levels || []).includes(button.value));
  const placed = Object.keys(now.table).length || now.painted;
  const options = page.rules.options(now).filter((one) => !(placed && ["transmurality"].includes(one.name)));
  controls.build(options);
  controls.show(now, page.sample);
  showArguments(prior, generator);
  the("undo").disabled = !designs.past.length;
  the("redo").disabled = !designs.future.length;
  the("anywhere").disabled = !page.rules.allowed(now).length && !now.options.levels && !now.painted;
  brush.replacing = now.existing === "replace";
  showEye();
}

/** Fields for the files that a prior or a generator may be given, such as a bank. */
function showArguments(prior, generator) {
  const fields = [["prior", prior], ["generator", generator]].filter(([, one]) => one.takes_argument);
  the("arguments").replaceChildren(
    ...fields.map(([kind, one]) => {
      const input = Object.assign(document.createElement("input"), { type: "text", placeholder: "none", spellcheck: false });
      input.value = designs.now[kind].split(":").slice(1).join(":");
      input.addEventListener("change", () => change((now) => ({ ...now, [kind]: input.value ? `${one.name}:${input.value}` : one.name })));
      const label = document.createElement("label");
      label.className = "slider field";
      label.append(`File of ${one.name} `, input);
      return label;
    }),
  );
  const details = the("more").parentElement;
  details.hidden = !details.querySelector("input");
}

function showSlice() {
  const { index } = viewer;
  the("slice-title").textContent = page.scan.titles[index];
  the("slice").setAttribute("aria-label", `Short-axis slice: ${page.scan.titles[index]}`);
  film.select(index);
}

function showView() {
  if (!viewer.limits || !page.sample) return;
  const [low, high] = page.sample.limits;
  const span = high - low || 1;
  the("level").value = ((viewer.limits[0] + viewer.limits[1]) / 2 - low) / span;
  the("window").value = (viewer.limits[1] - viewer.limits[0]) / span / 1.5;
  the("zoom").value = viewer.factor;
  film.draw(viewer.limits, viewer.before);
}

function setView() {
  const [low, high] = page.sample.limits;
  const span = high - low || 1;
  const [middle, width] = [low + the("level").value * span, the("window").value * 1.5 * span];
  viewer.window([middle - width / 2, middle + width / 2]);
}

function showPointer(pixel) {
  const [row, column] = pixel ? pixel.map(Math.round) : [-1, -1];
  const { stack } = page;
  const inside = row >= 0 && column >= 0 && row < stack.rows && column < stack.columns;
  const index = viewer.index * stack.plane + row * stack.columns + column;
  const segment = inside ? stack.segment[index] & 127 : 0;
  const where = segment ? `${segment} ${page.scan.segments[segment]}, ` : "";
  the("pointer").textContent = inside ? `${where}${Number(stack.values(viewer.before)[index].toPrecision(4))}` : "";
}

function showError(message) {
  the("error").textContent = message;
  the("error").hidden = !message;
}

function setBefore(before) {
  viewer.before = before;
  the("before").setAttribute("aria-pressed", before);
  if (!page.sample) return;
  viewer.draw();
  film.draw(viewer.limits, before);
}

function setOutline(outlined) {
  viewer.outlined = outlined;
  the("outline").setAttribute("aria-pressed", outlined);
  viewer.draw();
}

function setBrush(mode) {
  viewer.brush = mode ? brush : null;
  brush.erases = mode === "erase";
  the("paint").setAttribute("aria-pressed", mode === "paint");
  the("erase").setAttribute("aria-pressed", mode === "erase");
  the("slice").classList.toggle("brushing", Boolean(mode));
}

const pressed = (id) => the(id).getAttribute("aria-pressed") === "true";

function travel(step) {
  if (designs[step]()) {
    showDesign();
    refresh();
  }
}

const actions = {
  before: () => setBefore(!viewer.before),
  outline: () => setOutline(!viewer.outlined),
  undo: () => travel("undo"),
  redo: () => travel("redo"),
  another: () => change((now) => ({ ...now, seed: now.seed + 1 })),
  anywhere: () => change((now) => page.rules.anywhere(now)),
  paint: () => setBrush(pressed("paint") ? null : "paint"),
  erase: () => setBrush(pressed("erase") ? null : "erase"),
  shallower: () => eye.onDepth(eye.current, -0.05),
  deeper: () => eye.onDepth(eye.current, 0.05),
  fit: () => viewer.fit(),
  help: () => the("help-dialog").showModal(),
};

function bind() {
  for (const [id, act] of Object.entries(actions)) the(id).addEventListener("click", act);
  the("prior").addEventListener("change", (event) => change((now) => page.rules.withPrior(now, event.target.value)));
  the("generator").addEventListener("change", (event) => change((now) => page.rules.tidied({ ...now, generator: event.target.value })));
  the("existing").addEventListener("change", (event) => change((now) => ({ ...now, existing: event.target.value })));
  the("seed").addEventListener("change", (event) => change((now) => ({ ...now, seed: Math.max(Math.trunc(event.target.valueAsNumber) || 0, 0) })));
  for (const id of ["level", "window"]) the(id).addEventListener("input", setView);
  the("zoom").addEventListener("input", (event) => viewer.zoom(Number(event.target.value)));
  the("brush-size").addEventListener("input", (event) => {
    brush.radius = Number(event.target.value);
    the("brush-mm").textContent = `${brush.radius} mm`;
  });
  const zoomed = (factor) => viewer.zoom(viewer.factor * factor);
  bindKeys({ ...actions, slice: (step) => viewer.select(viewer.index + step), zoom: zoomed, save: () => the("save").click(), volume: () => the("stack").click() }, the("keys"));
  bindOutput(() => designs.now, showError);
  bindVolume(() => page, viewer);
}

function buttons(parent, names, act) {
  parent.replaceChildren(
    ...names.map((name) => {
      const button = Object.assign(document.createElement("button"), { type: "button", value: name, textContent: name });
      button.addEventListener("click", () => act(name));
      return button;
    }),
  );
}

/** Begin anew with a scan. */
async function begin(scan) {
  const voxels = await api.bytes("voxels");
  Object.assign(page, { scan, sample: null, stack: new Stack(scan, voxels), rules: new Rules(page.known.backends, scan) });
  document.body.classList.add("opened");
  the("case").textContent = `${scan.case} · ${scan.scheme}`;
  document.body.classList.toggle("unanchored", !scan.anchored);
  the("eye-hint").classList.toggle("warn", !scan.anchored);
  if (!scan.anchored) the("eye-hint").textContent = "No anterior RV insertion was found: the bull's-eye is turned by an unknown angle.";
  the("existing-row").hidden = the("legend-old").hidden = !scan.scarred;
  buttons(the("territories"), Object.keys(scan.territories), (name) => change((now) => page.rules.withTerritory(now, name)));
  buttons(the("levels"), LEVELS, (name) => change((now) => page.rules.withLevel(now, name)));
  Object.assign(designs, new Designs(START));
  viewer.load(scan, page.stack);
  film.load(scan, page.stack);
  showSlice();
  showDesign();
  await refresh();
}

async function start() {
  bind();
  try {
    page.known = await api.get("start");
    fillSelect(the("prior"), page.known.backends.priors);
    fillSelect(the("generator"), page.known.backends.generators);
    const openings = new Openings(page.known, begin);
    if (page.known.scan) await begin(page.known.scan);
    else openings.show();
  } catch (error) {
    showError(error.message);
  }
  document.body.dataset.ready = "true";
}

start();
