// One key for each thing that is done often.

const KEYS = [
  ["b", "Before or after", (act) => act.before()],
  ["o", "Outlines on or off", (act) => act.outline()],
  ["n", "Another one: the next seed", (act) => act.another()],
  ["ArrowDown", "Next slice towards the apex", (act) => act.slice(1)],
  ["ArrowUp", "Next slice towards the base", (act) => act.slice(-1)],
  ["+", "Zoom in", (act) => act.zoom(1.2)],
  ["-", "Zoom out", (act) => act.zoom(1 / 1.2)],
  ["0", "Fit the ventricle", (act) => act.fit()],
  ["p", "Brush", (act) => act.paint()],
  ["e", "Eraser", (act) => act.erase()],
  ["v", "Whole volume", (act) => act.volume()],
  ["?", "These keys", (act) => act.help()],
];
const HELP = [
  ["Ctrl Z", "Undo"],
  ["Ctrl Shift Z", "Redo"],
  ["Ctrl S", "Save"],
  ["On a segment", "Enter turns it on or off, + and − set its depth, arrows go on"],
  ["On the slice", "Wheel: slices. Ctrl and wheel: zoom. Drag: window. Shift and drag: move"],
];

// Where letters are typed, and where arrows have a meaning of their own.
const TYPED = "select, textarea, input:not([type=range], [type=checkbox])";
const STEPPED = "pre, .scroll, input";

export function bindKeys(act, list) {
  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]")) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (event.ctrlKey || event.metaKey) {
      if (key === "z") act[event.shiftKey ? "redo" : "undo"]();
      else if (key === "y") act.redo();
      else if (key === "s") act.save();
      else return;
      event.preventDefault();
      return;
    }
    if (event.altKey || event.target.matches(TYPED)) return;
    const found = KEYS.find(([name]) => name === key);
    if (!found || (key.startsWith("Arrow") && event.target.matches(STEPPED))) return;
    event.preventDefault();
    found[2](act);
  });
  const shown = [...KEYS.map(([key, meaning]) => [key.replace("Arrow", ""), meaning]), ...HELP];
  list.replaceChildren(
    ...shown.flatMap(([key, meaning]) => [
      Object.assign(document.createElement("dt"), { textContent: key }),
      Object.assign(document.createElement("dd"), { textContent: meaning }),
    ]),
  );
}
