// All slices, small, from base to apex: to see where scar is, and to go there.

const TINTS = [null, [230, 159, 0], [86, 180, 233]];
const SIDE = 72;

export class Film {
  constructor(list, onSelect) {
    Object.assign(this, { list, onSelect });
    this.frames = [];
  }

  load(scan, stack) {
    Object.assign(this, { scan, stack });
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

  /** Every slice anew; pixels of scar are tinted, so that they are seen at this size. */
  draw(limits, before) {
    const { stack, scan } = this;
    const [, [top, bottom], [left, right]] = scan.heart;
    const side = Math.max(bottom - top, right - left) + 1;
    const tints = new Map();
    if (!before) stack.changed.forEach((index, place) => tints.set(index, TINTS[stack.kinds[place]]));
    const values = stack.values(before);
    const scale = 255 / Math.max(limits[1] - limits[0], 1e-9);
    this.frames.forEach(({ canvas }, slice) => {
      const pen = canvas.getContext("2d");
      const pixels = pen.createImageData(SIDE, SIDE);
      for (let place = 0; place < SIDE * SIDE; place += 1) {
        const row = top + Math.floor((Math.floor(place / SIDE) * side) / SIDE);
        const column = left + Math.floor(((place % SIDE) * side) / SIDE);
        const inside = row < stack.rows && column < stack.columns;
        const index = slice * stack.plane + row * stack.columns + column;
        const grey = inside ? (values[index] - limits[0]) * scale : 0;
        const tint = inside ? tints.get(index) : null;
        pixels.data.set(tint ? [...tint, 255] : [grey, grey, grey, 255], 4 * place);
      }
      pen.putImageData(pixels, 0, 0);
    });
  }
}
