// A form with a file says how far its sending is, can be stopped, and keeps the file when something else was wrong.
// Without this file the form is sent as forms always were.
(() => {
  "use strict";

  const byId = (id) => document.getElementById(id);

  const say = (words) => {
    const live = byId("live");
    if (live) live.textContent = words;
  };

  const size = (bytes) => {
    const units = ["bytes", "kB", "MB", "GB", "TB"];
    const step = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
    const number = bytes / 1000 ** step;
    return `${number.toLocaleString("en", { maximumFractionDigits: step > 1 && number < 100 ? 1 : 0 })} ${units[step]}`;
  };

  const make = (tag, properties) => Object.assign(document.createElement(tag), properties);

  // What is shown while it goes on: a bar, a line, and a button to stop it.

  class Panel {
    constructor(form, total, stop) {
      this.total = total;
      this.said = 0;
      this.bar = make("progress", { max: 100, value: 0, ariaLabel: "Sending" });
      this.line = make("p", { textContent: `Sending ${size(total)} …` });
      this.button = make("button", { type: "button", className: "small", textContent: "Stop" });
      this.button.addEventListener("click", stop);
      this.box = make("div", { className: "uploading" });
      this.box.append(this.bar, this.line, this.button);
      form.querySelector(".uploading")?.remove();
      form.append(this.box);
      say(this.line.textContent);
    }

    move(loaded) {
      const percent = Math.floor((loaded / this.total) * 100);
      this.bar.value = percent;
      this.line.textContent = `${percent} % · ${size(loaded)} of ${size(this.total)}`;
      // Every quarter is often enough to hear of.
      if (percent < 100 && percent >= this.said + 25) say(`${(this.said = percent - (percent % 25))} % sent.`);
    }

    wait() {
      this.bar.removeAttribute("value");
      this.line.textContent = "All sent. Waiting for the answer …";
      say(this.line.textContent);
    }

    end(words) {
      this.bar.remove();
      this.button.remove();
      this.line.textContent = words;
      this.line.setAttribute("role", "alert");
    }
  }

  // The answer: another page to go to, a file to save, or this page once more with what was wrong.

  const save = (answer, disposition) => {
    const name = /filename\*=UTF-8''([^;]+)/.exec(disposition)?.[1];
    const link = make("a", { href: URL.createObjectURL(answer), download: name ? decodeURIComponent(name) : "" });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  };

  const keepFiles = (from, to) => {
    for (const old of from.querySelectorAll("input[type=file]")) {
      const fresh = to.querySelector(`#${CSS.escape(old.id)}`);
      if (!fresh || !old.files.length) continue;
      for (const name of ["aria-invalid", "aria-describedby"]) {
        const value = fresh.getAttribute(name);
        if (value === null) old.removeAttribute(name);
        else old.setAttribute(name, value);
      }
      fresh.parentElement.querySelector("[data-again]")?.remove();
      fresh.replaceWith(old);
    }
  };

  const show = async (request, panel) => {
    const page = new DOMParser().parseFromString(await request.response.text(), "text/html");
    const [main, fresh] = [byId("main"), page.getElementById("main")];
    if (!fresh || fresh.querySelector(".problem")) {
      // Not the form with what was wrong, but a page about it: what was typed is worth more than that page.
      const words = [...(fresh?.querySelectorAll("h1, h1 + p") ?? [])].map((each) => each.textContent.trim());
      return panel.end(words.join(": ") || "The answer can't be shown.");
    }
    keepFiles(main, fresh);
    document.title = page.title;
    main.replaceChildren(...fresh.childNodes);
    window.htmx?.process(main);
    main.dispatchEvent(new CustomEvent("htmx:after:swap", { bubbles: true, detail: { ctx: { target: main } } }));
  };

  const finish = async (request, panel) => {
    const header = (name) => request.getResponseHeader(name);
    const disposition = header("Content-Disposition") ?? "";
    if (header("HX-Redirect")) return location.assign(header("HX-Redirect"));
    if (disposition.startsWith("attachment")) {
      save(request.response, disposition);
      return panel.end("Done. The answer is a file, which was saved.");
    }
    await show(request, panel);
  };

  const send = (form, data, total) => {
    const request = new XMLHttpRequest();
    const panel = new Panel(form, total, () => request.abort());
    let done = false;

    const end = (words) => {
      done = true;
      form.removeAttribute("aria-busy");
      if (words) panel.end(words);
    };

    request.open("POST", form.action);
    request.responseType = "blob";
    request.setRequestHeader("HX-Request", "true");
    request.setRequestHeader("HX-Request-Type", "full");
    request.setRequestHeader("HX-Current-URL", location.href);
    request.upload.addEventListener("progress", ({ loaded }) => !done && panel.move(Math.min(loaded, total)));
    request.upload.addEventListener("load", () => !done && panel.wait());
    request.addEventListener("load", () => { end(); finish(request, panel); });
    request.addEventListener("abort", () => end("Stopped. Nothing was saved unless the API had it all."));
    request.addEventListener("error", () => end("The connection broke off. Nothing is lost here; try again."));
    form.setAttribute("aria-busy", "true");
    request.send(data);
  };

  document.addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    if (form.enctype !== "multipart/form-data" || form.getAttribute("method") !== "post") return;
    if (["edit", "change"].includes(submitter?.name)) return;
    const files = [...form.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files]);
    const total = files.reduce((sum, file) => sum + file.size, 0);
    if (!files.length) return;
    event.preventDefault();
    event.stopPropagation();
    if (form.getAttribute("aria-busy") !== "true") send(form, new FormData(form, submitter), Math.max(total, 1));
  }, true);
})();
