// Forms made from schemas: focus after a part was added or removed, suggestions, colours, JSON checked as one writes.
// Every form works without this file.
(() => {
  "use strict";

  const byId = (id) => document.getElementById(id);
  const INPUTS = "input:not([type=hidden]), select, textarea";

  // A union's shape is shown as soon as it is chosen.

  document.addEventListener("change", ({ target }) => {
    if (target.dataset.edit) byId(target.dataset.edit)?.click();
  });

  // A button changed the form itself: its part comes back as a whole, so the focus has to be put where one was.

  let pressed = null;

  document.addEventListener("click", ({ target }) => {
    const button = target.closest?.("button[name=edit]");
    if (button) pressed = { value: button.value, part: button.getAttribute("hx-target")?.slice(1) };
  });

  const LANDINGS = {
    add: (part) => [...rowsOf(part)].at(-1)?.querySelector(INPUTS) ?? [...rowsOf(part)].at(-1)?.querySelector("button"),
    open: (part) => part.querySelector(INPUTS) ?? part.querySelector("button"),
    close: (part) => part.querySelector("button"),
    branch: (part) => part.querySelector("select"),
    up: (part, at) => moverOf(rowsOf(part)[at - 1], "up"),
    down: (part, at) => moverOf(rowsOf(part)[at + 1], "down"),
    remove: (part, at) => moverOf([...rowsOf(part)].at(at) ?? [...rowsOf(part)].at(-1), "remove") ?? lastOf(part),
  };

  const rowsOf = (part) => part.querySelector("ol.rows")?.children ?? [];
  const moverOf = (row, verb) => {
    const buttons = [...(row?.querySelectorAll(":scope > .moves > button") ?? [])];
    return buttons.find((button) => button.value.startsWith(`${verb}:`)) ?? buttons[0];
  };
  const lastOf = (part) => [...part.querySelectorAll("button")].at(-1);

  document.addEventListener("htmx:after:swap", () => {
    dress(document);
    const part = pressed && byId(pressed.part);
    if (!part) return;
    const [verb, pointer] = pressed.value.split(":");
    const landing = LANDINGS[verb]?.(part, Number(pointer?.split("/").at(-1))) ?? part;
    pressed = null;
    landing.focus();
  });

  // A form in the place of an item's values begins at its first input; Escape brings the values back, unless something
  // was typed that would be lost.

  document.addEventListener("htmx:after:swap", ({ detail }) => {
    const place = detail.ctx?.target;
    if (place?.id === "facts") place.querySelector(`form :is(${INPUTS})`)?.focus();
  });

  const isTouched = (input) =>
    input.type === "checkbox" || input.type === "radio" ? input.checked !== input.defaultChecked
      : input.options ? [...input.options].some((option) => option.selected !== option.defaultSelected) && input.selectedIndex > 0
        : input.value !== input.defaultValue;

  document.addEventListener("keydown", (event) => {
    const form = event.target.closest?.("form.form");
    const cancel = form?.querySelector("[data-cancel]");
    if (event.key !== "Escape" || event.defaultPrevented || !cancel) return;
    if ([...form.querySelectorAll(INPUTS)].some(isTouched)) cancel.focus();
    else cancel.click();
  });

  // Suggestions for the id of something else: the list below the input is filled as one types.

  let asked;

  const suggest = async (input) => {
    const list = byId(`${input.id}--choices`);
    if (!list) return;
    asked?.abort();
    asked = new AbortController();
    const where = new URL(input.dataset.choices, location.href);
    where.searchParams.set("q", input.value);
    const answer = await fetch(where, { signal: asked.signal, headers: { "HX-Request": "true" } }).catch(() => null);
    if (!answer?.ok) return;
    const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelectorAll("option");
    list.replaceChildren(...[...found].slice(0, 50));
    if (document.activeElement === input) name(input);
    else settle(input);
  };

  const name = (input) => {
    const chosen = [...byId(`${input.id}--choices`).options].find((option) => option.value === input.value);
    const shown = input.parentElement.querySelector(".picked");
    if (shown) shown.textContent = chosen?.label && chosen.label !== chosen.value ? chosen.label : "";
  };

  // A name written out is as good as a click on it, where only one thing is called that.
  const settle = (input) => {
    const options = [...byId(`${input.id}--choices`).options];
    const typed = input.value.trim().toLowerCase();
    const called = options.filter((option) => option.label.toLowerCase() === typed);
    if (called.length === 1 && !options.some((option) => option.value === input.value)) input.value = called[0].value;
    name(input);
  };

  let waiting;

  document.addEventListener("change", ({ target }) => {
    if (target.dataset.choices) settle(target);
  });

  document.addEventListener("input", ({ target, inputType }) => {
    if (!target.dataset.choices) return;
    clearTimeout(waiting);
    name(target);
    if (inputType) waiting = setTimeout(suggest, 200, target);
  });

  document.addEventListener("focusin", ({ target }) => {
    if (target.dataset.choices && !target.dataset.asked) {
      target.dataset.asked = "yes";
      suggest(target);
    }
  });

  // JSON is checked when one leaves it; the server checks it again.

  document.addEventListener("change", ({ target }) => {
    if (!("json" in target.dataset)) return;
    let wrong = "";
    try {
      if (target.value.trim()) JSON.parse(target.value);
    } catch (error) {
      wrong = `This is not JSON yet: ${error.message}`;
    }
    const said = byId(`${target.id}-live`);
    said.textContent = wrong;
    if (wrong) target.setAttribute("aria-invalid", "true");
    else target.removeAttribute("aria-invalid");
  });

  // Ctrl+Enter sends a form from within a text of several lines.

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !event.target.matches?.(".form textarea")) return;
    event.preventDefault();
    event.target.form.requestSubmit();
  });

  // A colour can be picked beside its text.

  const dress = (within) => {
    for (const input of within.querySelectorAll("input[data-color]:not([data-dressed])")) {
      input.dataset.dressed = "yes";
      const picker = Object.assign(document.createElement("input"), { type: "color", ariaLabel: "Pick a colour" });
      const show = () => { if (/^#[0-9a-f]{6}$/i.test(input.value)) picker.value = input.value; };
      const both = document.createElement("div");
      both.className = "swatched";
      input.replaceWith(both);
      both.append(picker, input);
      picker.addEventListener("input", () => { input.value = picker.value; });
      input.addEventListener("input", show);
      show();
    }
  };

  dress(document);

  // A form that is on its way isn't sent again by a second click.

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) return event.preventDefault();
    const sent = (yes) => {
      if (yes) form.dataset.sent = "yes";
      else delete form.dataset.sent;
      event.submitter?.setAttribute("aria-disabled", yes);
    };
    setTimeout(() => event.defaultPrevented || sent(true));
    // A file that comes back leaves the page where it is.
    setTimeout(() => sent(false), 12000);
    addEventListener("pageshow", () => sent(false), { once: true });
  });
})();
