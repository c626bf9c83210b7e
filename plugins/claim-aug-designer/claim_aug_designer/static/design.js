// The request: a plain object as the server reads it, and the list of those before and after it.

export const START = { prior: "smile", generator: "signal", existing: "keep", seed: 0, options: {}, table: {}, painted: null };
const MOST = 200;
const FIRST_DEPTH = 0.75;

/** The requests of this page; each change is a new one. */
export class Designs {
  constructor(first) {
    this.past = [];
    this.now = first;
    this.future = [];
    this.merging = null;
  }

  /** A new request. Changes of one kind that follow each other, such as those of a slider, are undone together. */
  set(design, kind = null) {
    if (JSON.stringify(design) === JSON.stringify(this.now)) return false;
    if (kind === null || kind !== this.merging) this.past.push(this.now);
    if (this.past.length > MOST) this.past.shift();
    this.merging = kind;
    this.now = design;
    this.future = [];
    return true;
  }

  /** The next change is undone by itself. */
  rest() {
    this.merging = null;
  }

  undo() {
    return this.move(this.past, this.future);
  }

  redo() {
    return this.move(this.future, this.past);
  }

  move(from, to) {
    if (!from.length) return false;
    to.push(this.now);
    this.now = from.pop();
    this.merging = null;
    return true;
  }
}

export const nameOf = (spec) => spec.split(":")[0];

/** Rules of a request: which options go with which prior and generator. */
export class Rules {
  constructor(backends, scan) {
    this.backends = backends;
    this.scan = scan;
  }

  find(kind, spec) {
    return this.backends[kind].find((one) => one.name === nameOf(spec)) || this.backends[kind][0];
  }

  options(design) {
    const both = [...this.find("priors", design.prior).options, ...this.find("generators", design.generator).options];
    return both.filter((one, place) => both.findIndex((other) => other.name === one.name) === place);
  }

  takes(design, name) {
    return this.options(design).some((one) => one.name === name);
  }

  /** The request without options that nothing takes any more. */
  tidied(design) {
    const places = Object.keys(design.table).length || design.painted;
    const clash = places ? ["segments", "territory", "levels", "transmurality"] : [];
    const names = this.options(design).map((one) => one.name).filter((name) => !clash.includes(name));
    const kept = Object.entries(design.options).filter(([name, value]) => names.includes(name) && value !== null);
    return { ...design, options: Object.fromEntries(kept) };
  }

  withOption(design, name, value) {
    return this.tidied({ ...design, options: { ...design.options, [name]: value } });
  }

  withPrior(design, prior) {
    if (nameOf(prior) === "manual") {
      const placed = this.chosen(design).length || design.options.territory || design.painted;
      const options = placed ? design.options : { ...design.options, territory: "LAD" };
      return this.tidied({ ...design, prior, options });
    }
    const table = Object.keys(design.table).map(Number);
    const options = table.length ? { ...design.options, segments: table } : design.options;
    return this.tidied({ ...design, prior, options, table: {}, painted: null });
  }

  /** The segments that are chosen one by one. */
  chosen(design) {
    const table = Object.keys(design.table).map(Number);
    return table.length ? table : design.options.segments || [];
  }

  /** The segments that scar may lie in; empty where nothing restricts it. */
  allowed(design) {
    const chosen = this.chosen(design);
    return chosen.length || !design.options.territory ? chosen : this.scan.territories[design.options.territory];
  }

  withSegment(design, segment, on) {
    const wanted = this.chosen(design).filter((one) => one !== segment);
    if (on) wanted.push(segment);
    wanted.sort((a, b) => a - b);
    if (Object.keys(design.table).length) {
      if (!wanted.length) return this.anywhere(design);
      const table = Object.fromEntries(wanted.map((one) => [one, design.table[one] ?? FIRST_DEPTH]));
      return { ...design, table };
    }
    if (!this.takes(design, "segments")) design = { ...design, prior: "smile" };
    if (!wanted.length) return this.anywhere(design);
    const options = { ...design.options, segments: wanted, territory: null, levels: null };
    return this.tidied({ ...design, options, painted: null });
  }

  /** The depth of one segment set; depths by segment are prior manual's. */
  withDepth(design, segment, change) {
    const before = design.options.transmurality ?? FIRST_DEPTH;
    const first = Object.fromEntries(this.allowed(design).map((one) => [one, before]));
    const table = Object.keys(design.table).length ? { ...design.table } : first;
    const depth = Math.round(((table[segment] ?? before) + change) * 20) / 20;
    table[segment] = Math.min(Math.max(depth, 0.05), 1);
    return this.tidied({ ...design, prior: "manual", table, painted: null });
  }

  withTerritory(design, name) {
    const on = design.options.territory !== name;
    if (!on) return this.anywhere(design);
    const prior = this.takes({ ...design, table: {} }, "territory") ? design.prior : "smile";
    const options = { ...design.options, territory: name, segments: null };
    return this.tidied({ ...design, prior, options, table: {}, painted: null });
  }

  withLevel(design, name) {
    const before = design.options.levels || [];
    const levels = before.includes(name) ? before.filter((one) => one !== name) : [...before, name];
    const prior = this.takes({ ...design, table: {} }, "levels") ? design.prior : "smile";
    const options = { ...design.options, levels: levels.length ? levels : null };
    const next = this.tidied({ ...design, prior, options, table: {}, painted: null });
    const placed = next.options.levels || next.options.segments || next.options.territory;
    return nameOf(prior) === "manual" && !placed ? this.anywhere(next) : next;
  }

  anywhere(design) {
    const options = { ...design.options, segments: null, territory: null, levels: null };
    const prior = nameOf(design.prior) === "manual" ? "smile" : design.prior;
    return this.tidied({ ...design, prior, options, table: {}, painted: null });
  }

  withPainted(design, painted) {
    return this.tidied({ ...design, prior: "manual", painted, table: {} });
  }

  /** What is shown until the mouse rests: the same mask, painted by the quickest generator. */
  draft(design) {
    const quick = this.backends.generators.find((one) => !one.slow && !one.error);
    return quick && this.find("generators", design.generator).slow ? this.tidied({ ...design, generator: quick.name }) : design;
  }
}
