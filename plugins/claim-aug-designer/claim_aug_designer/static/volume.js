// The whole volume in NiiVue: three planes and a rendering. It is loaded when it is asked for.

import { MVO } from "/static/stack.js";

const the = (id) => document.getElementById(id);
const SCRIPT = "/static/niivue/niivue.umd.js";

function load() {
  return new Promise((done, failed) => {
    if (window.niivue) return done();
    const script = Object.assign(document.createElement("script"), { src: SCRIPT, onload: done, onerror: () => failed(new Error("NiiVue cannot be loaded")) });
    document.head.append(script);
  });
}

/** A NIfTI-1 file of a display stack: x to the right, y up, z from base to apex. */
export function asNifti(stack, scan, spacing, values) {
  const { slices, rows, columns, plane } = stack;
  const file = new ArrayBuffer(352 + 4 * slices * plane);
  const view = new DataView(file);
  const [down, across] = scan.pixel_mm;
  view.setInt32(0, 348, true);
  [3, columns, rows, slices, 1, 1, 1, 1].forEach((size, place) => view.setInt16(40 + 2 * place, size, true));
  view.setInt16(70, 16, true); // float32
  view.setInt16(72, 32, true);
  [1, across, down, spacing, 1].forEach((size, place) => view.setFloat32(76 + 4 * place, size, true));
  view.setFloat32(108, 352, true);
  view.setFloat32(112, 1, true);
  view.setUint8(123, 2); // mm
  view.setInt16(254, 1, true);
  [[across, 0, 0, 0], [0, down, 0, 0], [0, 0, spacing, 0]].flat().forEach((value, place) => view.setFloat32(280 + 4 * place, value, true));
  [0x6e, 0x2b, 0x31].forEach((letter, place) => view.setUint8(344 + place, letter));
  const out = new Float32Array(file, 352);
  for (let slice = 0; slice < slices; slice += 1)
    for (let row = 0; row < rows; row += 1)
      out.set(values.subarray(slice * plane + row * columns, slice * plane + (row + 1) * columns), slice * plane + (rows - 1 - row) * columns);
  return file;
}

export function bindVolume(page, viewer) {
  let shown = null;
  the("stack").addEventListener("click", async () => {
    const { stack, scan } = page();
    if (!stack) return;
    the("stack-dialog").showModal();
    the("stack-said").textContent = "loading …";
    document.body.dataset.volume = "loading";
    try {
      await load();
      const { Niivue, NVImage } = window.niivue;
      if (!shown) {
        shown = new Niivue({ backColor: [0, 0, 0, 1], isOrientationTextVisible: false, crosshairWidth: 1, logLevel: "error" });
        await shown.attachToCanvas(the("stack-canvas"));
      }
      while (shown.volumes.length) shown.removeVolume(shown.volumes[0]);
      const spacing = scan.slice_mm;
      const scar = new Float32Array(stack.before.length);
      if (!viewer.before) stack.changed.forEach((index, place) => (scar[index] = stack.kinds[place]));
      const [cal_min, cal_max] = viewer.limits;
      const whole = { name: "scan.nii", colormap: "gray", cal_min, cal_max };
      const over = { name: "scar.nii", colormap: "warm", opacity: 0.7, cal_min: 0.5, cal_max: MVO };
      for (const [values, given] of [[stack.values(viewer.before), whole], [scar, over]])
        shown.addVolume(await NVImage.loadFromUrl({ url: asNifti(stack, scan, spacing, values), ...given }));
      shown.setSliceType(shown.sliceTypeMultiplanar);
      shown.drawScene();
      document.body.dataset.volume = "drawn";
      the("stack-said").textContent = "Drag to move the crosshair; the right button sets the window.";
    } catch (error) {
      the("stack-said").textContent = `this browser cannot show it: ${error.message}`;
    }
  });
}
