// Painting scar on a slice; what is painted stays inside the healthy wall.

export class Brush {
  constructor(viewer, { onStart, onEnd }) {
    Object.assign(this, { viewer, onStart, onEnd, radius: 4, erases: false, painting: false, replacing: false });
  }

  start(pixel) {
    this.painting = true;
    this.last = pixel;
    this.viewer.stroke = this.onStart();
    this.dab(pixel);
  }

  /** Dabs on the way from the last place to this one, so that a quick stroke has no gaps. */
  move(pixel) {
    const steps = Math.max(Math.ceil(Math.hypot(pixel[0] - this.last[0], pixel[1] - this.last[1])), 1);
    for (let step = 1; step <= steps; step += 1)
      this.dab(this.last.map((from, axis) => from + ((pixel[axis] - from) * step) / steps));
    this.last = pixel;
  }

  dab([row, column]) {
    const { stack, scan, index } = this.viewer;
    const [down, across] = scan.pixel_mm;
    const [rows, columns] = [this.radius / down, this.radius / across];
    for (let r = Math.max(Math.ceil(row - rows), 0); r <= Math.min(row + rows, stack.rows - 1); r += 1) {
      for (let c = Math.max(Math.ceil(column - columns), 0); c <= Math.min(column + columns, stack.columns - 1); c += 1) {
        if (((r - row) / rows) ** 2 + ((c - column) / columns) ** 2 > 1) continue;
        const voxel = index * stack.plane + r * stack.columns + c;
        if (!stack.free(voxel, this.replacing)) continue;
        if (this.erases) this.viewer.stroke[voxel >> 3] &= ~(1 << (voxel & 7));
        else this.viewer.stroke[voxel >> 3] |= 1 << (voxel & 7);
      }
    }
    this.viewer.draw();
  }

  end() {
    this.painting = false;
    const bits = this.viewer.stroke;
    this.viewer.stroke = null;
    this.onEnd(bits);
  }
}

export function asText(bits) {
  let text = "";
  for (let from = 0; from < bits.length; from += 4096) text += String.fromCharCode(...bits.subarray(from, from + 4096));
  return btoa(text);
}

export const asBits = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
