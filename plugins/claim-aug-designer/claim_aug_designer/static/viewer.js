// One slice, large: window, zoom, outlines, and where the pointer is.

const COLOURS = { wall: "#ffffff8c", old: "#f0e442", infarct: "#e69f00", mvo: "#56b4e9" };
const DASHES = { old: [3, 3] };

/** A closed line through the middles of its sides, so that it is round where the label map has steps. */
function trace(pen, line, { sx, sy, x, y }) {
  const points = [];
  for (let point = 0; point < line.length; point += 2) points.push([x + (line[point] + 0.5) * sx, y + (line[point + 1] + 0.5) * sy]);
  const middles = points.slice(1).map((point, place) => [(point[0] + points[place][0]) / 2, (point[1] + points[place][1]) / 2]);
  if (!middles.length) return;
  pen.moveTo(...middles[0]);
  for (let place = 1; place <= middles.length; place += 1)
    pen.quadraticCurveTo(...points[place % middles.length], ...middles[place % middles.length]);
}

export class Viewer {
  constructor(canvas, { onSlice, onPointer, onView }) {
    Object.assign(this, { canvas, onSlice, onPointer, onView });
    this.context = canvas.getContext("2d");
    this.before = false;
    this.outlined = true;
    this.sample = null;
    this.stroke = null;
    new ResizeObserver(() => this.draw()).observe(canvas);
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    canvas.addEventListener("pointerdown", (event) => this.down(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, (event) => this.up(event));
    canvas.addEventListener("pointerleave", () => this.onPointer(null));
    canvas.addEventListener("contextmenu", (event) => event.preventDefault());
  }

  load(scan, stack) {
    Object.assign(this, { scan, stack, sample: null, auto: true });
    this.buffer = new OffscreenCanvas(stack.columns, stack.rows);
    this.pixels = this.buffer.getContext("2d").createImageData(stack.columns, stack.rows);
    const [first, last] = scan.heart[0];
    this.index = Math.round(first + (last - first) * 0.4);
    this.fit();
  }

  show(sample) {
    this.sample = sample;
    this.stack.show(sample);
    if (this.auto) this.limits = [...sample.limits];
    this.draw();
  }

  /** The ventricle fills the stage. */
  fit() {
    const [, rows, columns] = this.scan.heart;
    this.centre = [(rows[0] + rows[1]) / 2, (columns[0] + columns[1]) / 2];
    this.factor = 1;
    this.auto = true;
    if (this.sample) this.limits = [...this.sample.limits];
    this.draw();
    this.onView();
  }

  select(index) {
    this.index = Math.min(Math.max(index, 0), this.stack.slices - 1);
    this.draw();
    this.onSlice(this.index);
  }

  zoom(factor) {
    this.factor = Math.min(Math.max(factor, 0.5), 6);
    this.draw();
    this.onView();
  }

  window(limits) {
    this.limits = limits;
    this.auto = false;
    this.draw();
    this.onView();
  }

  /** Where a slice's pixel lies on the canvas: scale and offset across and down. */
  place() {
    const { width, height } = this.canvas;
    const [down, across] = this.scan.pixel_mm;
    const [, rows, columns] = this.scan.heart;
    const room = Math.min(width / ((columns[1] - columns[0] + 1) * across), height / ((rows[1] - rows[0] + 1) * down));
    const [sx, sy] = [room * this.factor * across, room * this.factor * down];
    return { sx, sy, x: width / 2 - (this.centre[1] + 0.5) * sx, y: height / 2 - (this.centre[0] + 0.5) * sy };
  }

  /** Row and column under the pointer. */
  pixel(event) {
    const box = this.canvas.getBoundingClientRect();
    const ratio = this.canvas.width / box.width;
    const { sx, sy, x, y } = this.place();
    return [((event.clientY - box.top) * ratio - y) / sy - 0.5, ((event.clientX - box.left) * ratio - x) / sx - 0.5];
  }

  draw() {
    if (!this.stack) return;
    const ratio = window.devicePixelRatio || 1;
    const side = Math.round(this.canvas.clientWidth * ratio);
    if (this.canvas.width !== side) this.canvas.width = this.canvas.height = side;
    const { context: pen } = this;
    pen.fillStyle = "#000";
    pen.fillRect(0, 0, side, side);
    if (!this.limits || !side) return;
    this.shade(this.stack.values(this.before), this.index, this.limits);
    const { sx, sy, x, y } = this.place();
    pen.imageSmoothingEnabled = true;
    pen.imageSmoothingQuality = "high";
    pen.drawImage(this.buffer, x, y, sx * this.stack.columns, sy * this.stack.rows);
    if (this.outlined) this.drawOutlines(pen, { sx, sy, x, y }, ratio);
    if (this.stroke) this.drawStroke(pen, { sx, sy, x, y });
  }

  /** A slice in grey, black and white at the limits, into the buffer. */
  shade(values, index, [low, high]) {
    const { plane } = this.stack;
    const { data } = this.pixels;
    const scale = 255 / Math.max(high - low, 1e-9);
    for (let pixel = 0, from = index * plane; pixel < plane; pixel += 1) {
      const grey = (values[from + pixel] - low) * scale;
      data[4 * pixel] = data[4 * pixel + 1] = data[4 * pixel + 2] = grey;
      data[4 * pixel + 3] = 255;
    }
    this.buffer.getContext("2d").putImageData(this.pixels, 0, 0);
  }

  drawOutlines(pen, { sx, sy, x, y }, ratio) {
    const lines = { wall: this.scan.wall, old: this.scan.old_scar };
    if (this.sample && !this.before) Object.assign(lines, this.sample.outlines);
    for (const [name, slices] of Object.entries(lines)) {
      pen.strokeStyle = COLOURS[name];
      pen.setLineDash((DASHES[name] || []).map((length) => length * ratio));
      pen.lineWidth = (name === "wall" ? 1 : 1.75) * ratio;
      pen.beginPath();
      for (const line of slices[this.index] || []) trace(pen, line, { sx, sy, x, y });
      pen.stroke();
    }
    pen.setLineDash([]);
  }

  /** The voxels of the mask that is being painted. */
  drawStroke(pen, { sx, sy, x, y }) {
    const { columns, plane } = this.stack;
    pen.fillStyle = "#e69f0088";
    for (let pixel = 0, from = this.index * plane; pixel < plane; pixel += 1) {
      const index = from + pixel;
      if (this.stroke[index >> 3] & (1 << (index & 7)))
        pen.fillRect(x + (pixel % columns) * sx, y + Math.floor(pixel / columns) * sy, sx, sy);
    }
  }

  wheel(event) {
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) this.zoom(this.factor * Math.exp(-event.deltaY / 300));
    else this.select(this.index + Math.sign(event.deltaY));
  }

  down(event) {
    if (!this.stack) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.dragged = { x: event.clientX, y: event.clientY, pan: event.shiftKey || event.button === 1 };
    if (this.brush && event.button === 0 && !event.shiftKey) {
      this.dragged = null;
      this.brush.start(this.pixel(event));
    }
  }

  move(event) {
    if (!this.stack) return;
    this.onPointer(this.pixel(event));
    if (this.brush?.painting) this.brush.move(this.pixel(event));
    else if (this.dragged && event.buttons) this.drag(event);
  }

  /** Sideways for contrast and up for brightness, as on a console; with Shift the slice itself. */
  drag(event) {
    const [across, down] = [event.clientX - this.dragged.x, event.clientY - this.dragged.y];
    Object.assign(this.dragged, { x: event.clientX, y: event.clientY });
    if (this.dragged.pan) {
      const { sx, sy } = this.place();
      const ratio = window.devicePixelRatio || 1;
      this.centre = [this.centre[0] - (down * ratio) / sy, this.centre[1] - (across * ratio) / sx];
      this.draw();
      return;
    }
    const [low, high] = this.limits;
    const width = (high - low) * Math.exp(across / 250);
    const middle = (low + high) / 2 + ((high - low) * down) / 400;
    this.window([middle - width / 2, middle + width / 2]);
  }

  up() {
    this.dragged = null;
    if (this.brush?.painting) this.brush.end();
  }
}
