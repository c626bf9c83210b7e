// The numbers of a sample, and everything that has to be said of it.

const text = (name, content, properties = {}) => Object.assign(document.createElement(name), { textContent: content, ...properties });
const number = (value, digits = 1) => (value === null || value === undefined ? "–" : value.toFixed(digits));

function row(cells, heading = false) {
  const line = document.createElement("tr");
  cells.forEach((cell, place) => {
    const node = text(heading || !place ? "th" : "td", cell);
    if (heading || !place) node.scope = heading ? "col" : "row";
    line.append(node);
  });
  return line;
}

function fill(table, headings, rows) {
  const [head, body] = ["thead", "tbody"].map((name) => document.createElement(name));
  head.append(row(headings, true));
  body.append(...rows.map((cells) => row(cells)));
  table.replaceChildren(table.caption, head, body);
}

export function showNumbers({ facts, notes, rules, segments }, sample, scan) {
  const { realised, totals } = sample.numbers;
  const said = [
    ["New scar", `${number(realised.burden_percent)} %LV`],
    ["Mass", `${number(realised.scar_g)} g`],
    ["Volume", `${number(realised.scar_ml)} mL`],
    ["Depth", `${number(100 * realised.transmurality_mean, 0)} %`],
    ["MVO of scar", `${number(realised.mvo_percent_of_scar, 0)} %`],
    ["Grey zone", `${number(realised.grey_zone_percent_of_scar, 0)} %`],
  ];
  if (scan.scarred) said.push(["With old", `${number(totals.scar.percent_lv)} %LV`]);
  facts.replaceChildren(...said.map(([name, value]) => {
    const fact = document.createElement("div");
    fact.append(text("dt", name), text("dd", value));
    return fact;
  }));
  const notesNow = [...sample.notes.flatMap((note) => note.split("; ")), ...scan.notes];
  notes.replaceChildren(...notesNow.map((note) => text("li", note)));
  const ruled = Object.entries(sample.numbers.rules).map(([name, rule]) => [
    name.replace("SD", " SD"), `${number(rule.percent_lv)}`, number(rule.g), number(rule.dice, 2),
  ]);
  fill(rules, ["rule", "%LV", "g", "Dice"], ruled);
  const scarred = Object.entries(sample.numbers.segments).filter(([, one]) => one.scar_voxels);
  fill(segments, ["segment", "scar %", "deep %", "MVO %"], scarred.map(([segment, one]) => [
    `${segment} ${one.name}`, number(one.scar_percent, 0), number(one.transmurality_percent, 0), number(one.mvo_percent, 0),
  ]));
}
