// The voxels of a scan as they are displayed, before and after.

import { unpacked } from "/static/api.js";

export const SCARRED = 128;
export const HEALED = 0, INFARCT = 1, MVO = 2;

export class Stack {
  /** `bytes` holds float32 intensities, then a byte for each voxel: its segment, and 128 where scar was. */
  constructor(scan, bytes) {
    [this.slices, this.rows, this.columns] = scan.shape;
    this.plane = this.rows * this.columns;
    const count = this.slices * this.plane;
    this.before = new Float32Array(bytes, 0, count);
    this.segment = new Uint8Array(bytes, 4 * count, count);
    this.after = this.before.slice();
    this.changed = new Uint32Array(0);
    this.kinds = new Uint8Array(0);
  }

  show(sample) {
    for (const index of this.changed) this.after[index] = this.before[index];
    this.changed = unpacked(sample.changed, Uint32Array);
    this.kinds = unpacked(sample.kinds, Uint8Array);
    const values = unpacked(sample.values, Float32Array);
    this.changed.forEach((index, place) => {
      this.after[index] = values[place];
    });
  }

  values(before) {
    return before ? this.before : this.after;
  }

  /** The slice with most of what changed, or the one that is asked for where something changed there. */
  nearScar(index) {
    return this.nearest(index, this.changed);
  }

  /** The slice with most of a segment, or the one that is asked for where the segment is seen. */
  nearSegment(index, segment) {
    const voxels = [];
    this.segment.forEach((value, voxel) => {
      if ((value & ~SCARRED) === segment) voxels.push(voxel);
    });
    return this.nearest(index, voxels);
  }

  nearest(index, voxels) {
    const counts = new Uint32Array(this.slices);
    for (const voxel of voxels) counts[Math.floor(voxel / this.plane)] += 1;
    return counts[index] || !voxels.length ? index : counts.indexOf(Math.max(...counts));
  }

  /** Whether new scar may lie in a voxel. */
  free(index, replacing) {
    const value = this.segment[index];
    return value > 0 && (replacing || value < SCARRED);
  }

  /** The new scar as bits, as the server reads a painted mask. */
  bits() {
    const bits = new Uint8Array(Math.ceil((this.slices * this.plane) / 8));
    this.changed.forEach((index, place) => {
      if (this.kinds[place] !== HEALED) bits[index >> 3] |= 1 << (index & 7);
    });
    return bits;
  }
}
