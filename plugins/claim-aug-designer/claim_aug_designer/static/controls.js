// Sliders and fields for the options of the chosen prior and generator, made from what the registry says of them.

// Options that have a slider of their own: label, unit, factor from the option to what is shown, clinical range, step.
const KNOWN = {
  burden: ["Burden", "%LV", 1, [1, 50], 0.5, "burden_percent"],
  transmurality: ["Transmurality", "%", 100, [5, 100], 1, "transmurality_mean"],
  extent: ["Extent round the wall", "%", 100, [1, 100], 1, "extent"],
  mvo: ["MVO, share of scar", "%", 100, [0, 60], 1, "mvo_percent_of_scar"],
  grey_zone: ["Grey zone, share of scar", "%", 100, [0, 60], 1, "grey_zone_percent_of_scar"],
  brightness_ratio: ["Brightness, × blood over remote", "×", 1, [0.2, 4], 0.05, "brightness_ratio"],
  brightness_sd: ["Brightness, SD above remote", "SD", 1, [2, 60], 0.5, "brightness_sd"],
  edge: ["Edge", "", 1, null, 0.05, null],
};
const PERCENT_ALREADY = ["mvo_percent_of_scar", "grey_zone_percent_of_scar"];
const PLACES = ["segments", "territory", "levels"]; // they have buttons of their own

const element = (name, properties = {}, ...children) => {
  const node = Object.assign(document.createElement(name), properties);
  node.append(...children);
  return node;
};

export class Controls {
  constructor(main, more, { onChange, onRest }) {
    Object.assign(this, { main, more, onChange, onRest });
    this.rows = new Map();
    this.made = "";
  }

  /** A row for each option; rows stay as long as the options do, so that a slider is not lost while it is dragged. */
  build(options) {
    const names = JSON.stringify(options.map((one) => [one.name, one.range]));
    if (names === this.made) return;
    this.made = names;
    this.rows.clear();
    this.main.replaceChildren();
    this.more.replaceChildren();
    for (const option of options.filter((one) => !PLACES.includes(one.name))) {
      const row = option.name in KNOWN ? this.slider(option, KNOWN[option.name]) : this.other(option);
      this.rows.set(option.name, row);
      (option.name in KNOWN ? this.main : this.more).append(row.node);
    }
  }

  other(option) {
    const label = option.name.replaceAll("_", " ");
    if (typeof option.default === "boolean") return this.check(option, label);
    const drawn = option.default === null || Array.isArray(option.default); // by itself, or from a range
    const number = option.range && (drawn || typeof option.default === "number");
    if (!number) return this.field(option, label);
    const [low, high] = option.range;
    const whole = Number.isInteger(option.default) || high - low >= 20;
    return this.slider(option, [label, "", 1, option.range, whole ? 1 : stepOf(high - low), null]);
  }

  slider(option, [label, unit, factor, range, step, realised]) {
    const [low, high] = range || option.range || [0, 1];
    const input = element("input", { type: "range", min: low, max: high, step, title: option.meaning });
    const value = element("output");
    const clear = element("button", { type: "button", textContent: "×", title: "let it be drawn", className: "clear" });
    const id = `option-${option.name}`;
    input.id = id;
    clear.setAttribute("aria-label", `${label}: let it be drawn`);
    const node = element("div", { className: "slider" }, element("label", { htmlFor: id, textContent: label }), value, clear, input);
    input.addEventListener("input", () => this.onChange(option.name, Number((input.value / factor).toFixed(4)), true));
    input.addEventListener("change", () => this.onRest());
    clear.addEventListener("click", () => this.onChange(option.name, null));
    const show = (given, real) => {
      const set = given !== undefined;
      const scaled = (number) => Math.round(number * 100) / 100;
      const found = realised === null ? undefined : real?.[realised];
      const shown = set ? Number(given) * factor : found === undefined ? undefined : found * (PERCENT_ALREADY.includes(realised) ? 1 : factor);
      node.classList.toggle("drawn", !set);
      clear.hidden = !set;
      value.textContent = shown === undefined ? "auto" : `${set ? "" : "auto: "}${scaled(Number(shown.toFixed(factor === 100 ? 0 : 2)))} ${unit}`;
      if (document.activeElement !== input || !set) input.value = shown ?? (low + high) / 2;
      input.setAttribute("aria-valuetext", value.textContent);
    };
    return { node, show };
  }

  check(option, label) {
    const input = element("input", { type: "checkbox", title: option.meaning });
    input.addEventListener("change", () => this.onChange(option.name, input.checked === option.default ? null : input.checked));
    const show = (given) => {
      input.checked = given ?? option.default;
    };
    return { node: element("label", { className: "inline" }, input, ` ${label}`), show };
  }

  field(option, label) {
    const input = element("input", { type: "text", title: option.meaning, placeholder: option.default ?? "auto", spellcheck: false });
    input.addEventListener("change", () => this.onChange(option.name, valueOf(input.value)));
    const show = (given) => {
      if (document.activeElement !== input) input.value = given === undefined ? "" : typeof given === "string" ? given : JSON.stringify(given);
    };
    return { node: element("label", { className: "slider field" }, label, input), show };
  }

  show(design, sample) {
    const real = sample?.numbers.realised;
    for (const [name, row] of this.rows) row.show(design.options[name], real);
  }
}

/** A step of 1, 2 or 5 times a power of ten, of which a range has at most a hundred. */
function stepOf(span) {
  const power = 10 ** Math.floor(Math.log10(span / 100));
  return Number((power * [1, 2, 5, 10].find((factor) => factor * power >= span / 100 - 1e-12)).toPrecision(1));
}

/** What a field holds: JSON where it is, else text; nothing lets it be drawn. */
function valueOf(text) {
  const trimmed = text.trim();
  if (!trimmed) return null;
  try {
    return JSON.parse(trimmed);
  } catch {
    return trimmed;
  }
}

/** A choice of backends by name, those that cannot be loaded greyed. */
export function fillSelect(select, backends) {
  select.replaceChildren(
    ...backends.map((one) => element("option", { value: one.name, textContent: one.name, disabled: Boolean(one.error), title: one.error || one.summary })),
  );
}
