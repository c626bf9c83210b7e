// What is taken out of the page: files, the command line, Python, series.

import { post } from "/static/api.js";

const the = (id) => document.getElementById(id);

async function copy(text) {
  the("code").textContent = text;
  the("code").hidden = false;
  try {
    await navigator.clipboard.writeText(text);
    return "copied";
  } catch {
    getSelection().selectAllChildren(the("code"));
    return "it is marked below; copy it from there";
  }
}

/** Bind the buttons; `design` gives the request of the moment. */
export function bindOutput(design, showError) {
  const bind = (id, busy, work) =>
    the(id).addEventListener("click", async () => {
      the(id).disabled = true;
      the("said").textContent = busy;
      try {
        the("said").textContent = await work();
        showError("");
      } catch (error) {
        the("said").textContent = "";
        showError(error.message);
      }
      the(id).disabled = false;
    });
  bind("save", "saving …", async () => {
    const { folder, files } = await post("save", { design: design() });
    return `saved ${files.length} files to ${folder}`;
  });
  bind("copy-command", "", async () => `command ${await copy((await post("code", { design: design() })).command)}`);
  bind("copy-python", "", async () => `Python ${await copy((await post("code", { design: design() })).python)}`);
  for (const [id, kind] of [["growth", "growth"], ["turn", "territories"]])
    bind(id, "making the series …", async () => {
      const { folder, rows } = await post("series", { design: design(), kind });
      const made = rows.filter((row) => row.burden_percent !== "").length;
      const noted = rows.filter((row) => row.note).length;
      return `${made} of ${rows.length} scars in ${folder}${noted ? `, ${noted} with a note in series.csv` : ""}`;
    });
}
