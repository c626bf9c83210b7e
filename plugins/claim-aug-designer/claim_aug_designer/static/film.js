// All slices, small, from base to apex: to see where scar is, and to go there.

// Colours as a canvas holds them: opaque, blue, green, red.
const OPAQUE = 0xff000000;
const TINTS = [0, 0xff009fe6, 0xffe9b456];
const SIDE = 72;

export class Film {
  constructor(list, onSelect) {
    Object.assign(this, { list, onSelect });
    this.frames = [];
  }

  load(scan, stack) {
    Object.assign(this, { scan, stack, shown: null });
    this.places = this.findPlaces();
    this.list.replaceChildren();
    this.frames = scan.titles.map((title, index) => {
      const item = document.createElement("li");
      const button = document.createElement("button");
      const canvas = document.createElement("canvas");
      canvas.width = canvas.height = SIDE;
      button.type = "button";
      button.setAttribute("aria-label", title);
      button.append(canvas);
      button.addEventListener("click", () => this.onSelect(index));
      item.append(button);
      this.list.append(item);
      return { button, canvas };
    });
  }

  select(index) {
    this.frames.forEach(({ button }, place) => {
      if (place === index) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    });
    const { button } = this.frames[index];
    const [from, width] = [button.offsetLeft - this.list.offsetLeft, this.list.clientWidth];
    if (from < this.list.scrollLeft || from + button.offsetWidth > this.list.scrollLeft + width)
      this.list.scrollLeft = from - width / 2;
  }

  /** Every slice anew, where something changed; pixels of scar are tinted, so that they are seen at this size. */
  draw(limits, before) {
    const { stack } = this;
    const shown = [...limits, before, stack.changed];
    if (shown.every((one, place) => one === this.shown?.[place])) return;
    this.shown = shown;
    const tints = new Map();
    if (!before) stack.changed.forEach((index, place) => tints.set(index, TINTS[stack.kinds[place]]));
    const values = stack.values(before);
    const scale = 255 / Math.max(limits[1] - limits[0], 1e-9);
    const pixels = new ImageData(SIDE, SIDE);
    const colours = new Uint32Array(pixels.data.buffer);
    this.frames.forEach(({ canvas }, slice) => {
      this.places.forEach((offset, place) => {
        const index = slice * stack.plane + offset;
        const grey = offset < 0 ? 0 : Math.min(Math.max((values[index] - limits[0]) * scale, 0), 255);
        colours[place] = (offset < 0 ? 0 : tints.get(index)) || OPAQUE | (grey << 16) | (grey << 8) | grey;
      });
      canvas.getContext("2d").putImageData(pixels, 0, 0);
    });
  }

  /** Where each pixel of a frame lies in its slice; -1 beyond it. */
  findPlaces() {
    const [, [top, bottom], [left, right]] = this.scan.heart;
    const { rows, columns } = this.stack;
    const side = Math.max(bottom - top, right - left) + 1;
    return Int32Array.from({ length: SIDE * SIDE }, (_, place) => {
      const row = top + Math.floor((Math.floor(place / SIDE) * side) / SIDE);
      const column = left + Math.floor(((place % SIDE) * side) / SIDE);
      return row < rows && column < columns ? row * columns + column : -1;
    });
  }
}
