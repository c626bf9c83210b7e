// Opening another scan: two files go to the server on this computer, which reads and checks them.

import { post, upload } from "/static/api.js";

const the = (id) => document.getElementById(id);

export class Openings {
  constructor({ schemes, largest }, onOpen) {
    Object.assign(this, { largest, onOpen });
    the("schemes").replaceChildren(...schemes.map((value) => Object.assign(document.createElement("option"), { value })));
    the("open").addEventListener("click", () => this.show());
    the("open-go").addEventListener("click", () => this.go());
  }

  show() {
    this.say("");
    the("open-dialog").showModal();
  }

  say(message) {
    the("open-error").textContent = message;
    the("open-error").hidden = !message;
  }

  async go() {
    const files = ["image", "labels"].map((role) => [role, the(`file-${role}`).files[0]]);
    const missing = files.filter(([, file]) => !file).map(([role]) => (role === "image" ? "an image" : "a label map"));
    if (missing.length) {
      this.say(`choose ${missing.join(" and ")} first`);
      return;
    }
    const large = files.find(([, file]) => file.size > this.largest);
    if (large) {
      this.say(`${large[1].name} is larger than ${this.largest / 2 ** 20} MB; start claim-aug design with it instead`);
      return;
    }
    the("open-go").disabled = true;
    try {
      const asked = { scheme: the("scheme").value };
      for (const [role, file] of files) asked[role] = (await upload(role, file)).path;
      const { scan } = await post("open", asked);
      the("open-dialog").close();
      await this.onOpen(scan);
    } catch (error) {
      this.say(error.message);
    }
    the("open-go").disabled = false;
  }
}
