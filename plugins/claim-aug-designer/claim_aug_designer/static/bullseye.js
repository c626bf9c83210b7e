// The AHA bull's-eye: shows scar by segment, and takes clicks, drags, wheel and keys.

const SVG = "http://www.w3.org/2000/svg";
// First segment, how many, start of the first in degrees, inner and outer radius (Cerqueira et al. 2002).
const RINGS = [[1, 6, 60, 0.75, 1], [7, 6, 60, 0.5, 0.75], [13, 4, 45, 0.25, 0.5], [17, 1, 0, 0, 0.25]];
const WALLS = { anterior: [0, -1.1], septal: [-1.1, 0], inferior: [0, 1.1], lateral: [1.1, 0] };
function rgb(colour) {
  return [1, 3, 5].map((from) => parseInt(colour.slice(from, from + 2), 16));
}

/** The colour of a share of scar, percent, as the style has it: lighter to darker, in the dark the other way round. */
export function shade(share) {
  const shades = getComputedStyle(document.documentElement).getPropertyValue("--shades").trim().split(/,\s*/).map(rgb);
  const place = Math.min(Math.max(share / 100, 0), 1) * (shades.length - 1);
  const low = Math.min(Math.floor(place), shades.length - 2);
  return shades[low].map((value, part) => Math.round(value + (shades[low + 1][part] - value) * (place - low)));
}

const at = (degrees, radius) => {
  const angle = (degrees * Math.PI) / 180;
  return `${(radius * Math.cos(angle)).toFixed(4)} ${(-radius * Math.sin(angle)).toFixed(4)}`;
};

function outline(start, width, inner, outer) {
  if (width === 360) return `M${outer} 0A${outer} ${outer} 0 1 0 ${-outer} 0A${outer} ${outer} 0 1 0 ${outer} 0Z`;
  const end = start + width;
  const [out, back] = [`A${outer} ${outer} 0 0 0 ${at(end, outer)}`, `A${inner} ${inner} 0 0 1 ${at(start, inner)}`];
  return `M${at(start, outer)}${out}L${at(end, inner)}${back}Z`;
}

function make(name, attributes, text = "") {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.textContent = text;
  return node;
}

export class BullsEye {
  constructor(svg, { onSegment, onDepth, onRest, onFocus }) {
    Object.assign(this, { svg, onSegment, onDepth, onRest, onFocus, current: 1 });
    this.parts = new Map();
    this.state = { chosen: [], allowed: [], depths: {}, shares: {}, names: {} };
    for (const [first, count, start, inner, outer] of RINGS)
      for (let place = 0; place < count; place += 1) this.add(first + place, start + (place * 360) / count, 360 / count, inner, outer);
    // Borders lie above all fills, and texts above all borders.
    for (const layer of ["border", "number", "value"]) svg.append(...[...this.parts.values()].map((part) => part[layer]));
    for (const [name, [x, y]] of Object.entries(WALLS)) {
      const turned = x ? `rotate(${x < 0 ? -90 : 90} ${x} ${y})` : "";
      svg.append(make("text", { x, y: x ? y : y + 0.03, class: "wall-name", transform: turned }, name));
    }
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.show({}));
    svg.addEventListener("pointermove", (event) => this.drag(event));
    for (const name of ["pointerup", "pointercancel"]) window.addEventListener(name, () => this.release());
  }

  add(segment, start, width, inner, outer) {
    const d = outline(start, width, inner, outer);
    const path = make("path", { d, role: "button", tabindex: segment === 1 ? 0 : -1 });
    const border = make("path", { d, class: "border" });
    const radius = width === 360 ? 0 : (inner + outer) / 2;
    const [x, y] = at(start + width / 2, radius).split(" ").map(Number);
    const number = make("text", { x, y: y - 0.035, class: "number" }, String(segment));
    const value = make("text", { x: x * (y < 0 ? 1.06 : 0.97), y: y + 0.055, class: "value" }); // in the ring's middle
    this.svg.append(path);
    this.parts.set(segment, { path, border, number, value });
    path.addEventListener("pointerdown", (event) => this.press(event, segment));
    path.addEventListener("focus", () => this.onFocus((this.current = segment)));
    path.addEventListener("wheel", (event) => this.wheel(event, segment), { passive: false });
    path.addEventListener("keydown", (event) => this.key(event, segment));
  }

  press(event, segment) {
    if (event.button !== 0) return;
    event.target.releasePointerCapture?.(event.pointerId);
    this.turning = !this.state.chosen.includes(segment);
    this.focus(segment);
    this.onSegment(segment, this.turning);
  }

  /** Further segments on the way of a drag become what the first became. */
  drag(event) {
    if (this.turning === undefined) return;
    const node = document.elementFromPoint(event.clientX, event.clientY);
    for (const [segment, { path }] of this.parts)
      if (path === node && this.state.chosen.includes(segment) !== this.turning) this.onSegment(segment, this.turning);
  }

  release() {
    if (this.turning === undefined) return;
    this.turning = undefined;
    this.onRest();
  }

  wheel(event, segment) {
    event.preventDefault();
    this.onDepth(segment, event.deltaY < 0 ? 0.05 : -0.05);
  }

  key(event, segment) {
    const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
    const depths = { "+": 0.05, "=": 0.05, "-": -0.05 };
    if (event.ctrlKey || event.metaKey) return;
    if (event.key in steps) this.focus(((segment - 1 + steps[event.key] + 17) % 17) + 1);
    else if (event.key in depths) this.onDepth(segment, depths[event.key]);
    else if (event.key === "Enter" || event.key === " ") {
      this.onSegment(segment, !this.state.chosen.includes(segment));
      this.onRest();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  focus(segment) {
    for (const [other, { path }] of this.parts) path.setAttribute("tabindex", other === segment ? 0 : -1);
    this.parts.get(segment).path.focus();
  }

  /** Chosen segments, those that scar may lie in, their depths and the scar that they hold, percent. */
  show(state) {
    this.state = { ...this.state, ...state };
    const { chosen, allowed, depths, shares, names } = this.state;
    for (const [segment, { path, border, number, value }] of this.parts) {
      const there = segment in names;
      const share = shares[segment] ?? 0;
      const colour = shade(share);
      const [on, may] = [chosen.includes(segment), allowed.includes(segment)];
      path.style.fill = there ? `rgb(${colour})` : "";
      path.setAttribute("class", there ? "segment" : "segment absent");
      border.setAttribute("class", `border ${on ? "on" : may ? "may" : ""}`);
      path.setAttribute("aria-pressed", on);
      const depth = depths[segment] === undefined ? "" : `${Math.round(100 * depths[segment])} %`;
      const said = there ? `${names[segment]}, ${Math.round(share)} % scar` : "not in this scan";
      path.setAttribute("aria-label", `Segment ${segment}, ${said}${depth && `, ${depth} deep asked for`}`);
      value.textContent = !there ? "" : depth.replace(" ", "") || (share ? `${share < 1 ? "<1" : Math.round(share)}%` : "");
      const dark = there && colour[0] * 0.299 + colour[1] * 0.587 + colour[2] * 0.114 < 130;
      for (const text of [number, value]) text.classList.toggle("bright", dark);
    }
  }
}
