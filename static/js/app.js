// What pages can't do by themselves: focus and words after a swap, the theme, the jump box.
// Everything works without this file. It comes with htmx in one answer, needs nothing of it, and leaves no globals.
(() => {
  "use strict";

  const byId = (id) => document.getElementById(id);

  // Theme: the system's, unless someone chose. Kept in this browser only.

  const THEMES = ["auto", "light", "dark"];

  const store = {
    get: () => { try { return localStorage.getItem("theme"); } catch { return null; } },
    set: (theme) => { try { localStorage.setItem("theme", theme); } catch { /* private windows */ } },
  };

  const showTheme = (theme) => {
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    const button = byId("theme");
    if (!button) return;
    button.hidden = false;
    button.dataset.theme = theme;
    button.ariaLabel = button.title = `Theme: ${theme === "auto" ? "as the system" : theme}`;
  };

  const chosen = () => (THEMES.includes(store.get()) ? store.get() : "auto");

  showTheme(chosen());
  addEventListener("storage", () => showTheme(chosen()));

  addEventListener("click", (event) => {
    if (!event.target.closest("#theme")) return;
    const theme = THEMES[(THEMES.indexOf(chosen()) + 1) % THEMES.length];
    store.set(theme);
    showTheme(theme);
    say(byId("theme").title);
  });

  // The jump box: `/` goes there, and a page's whole name goes to that page.

  addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, select, textarea, dialog, [contenteditable]");
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing || !byId("jump")) return;
    event.preventDefault();
    byId("jump").select();
  });

  addEventListener("focusin", ({ target }) => {
    const places = target.id === "jump" && byId("places");
    if (!places || places.firstChild) return;
    for (const link of document.querySelectorAll("#side a")) places.append(new Option(link.textContent));
  });

  addEventListener("input", (event) => {
    // Letters come one by one; a name chosen from the list comes at once.
    if (event.target.id !== "jump" || /^(insertText|delete)/.test(event.inputType)) return;
    const links = [...document.querySelectorAll("#side a")];
    const named = links.find((link) => link.textContent.trim() === event.target.value);
    if (named) location.assign(named.href);
  });

  // After a swap: say what is there now, and leave the focus somewhere sensible.

  const say = (words) => {
    const live = byId("live");
    if (!live) return;
    live.textContent = "";
    requestAnimationFrame(() => { live.textContent = words; });
  };

  const targetOf = ({ target }) => (typeof target === "string" ? document.querySelector(target) : target);

  addEventListener("htmx:after:swap", ({ detail }) => {
    const target = targetOf(detail.ctx);
    if (!target?.isConnected) return;
    const words = target.querySelector("[data-announce]");
    if (words) say(words.textContent);
    if (target === document.body || target.id === "main") {
      const heading = target.querySelector("[role=alert], h1") ?? target;
      heading.tabIndex = -1;
      heading.focus({ preventScroll: true });
    } else {
      if (document.activeElement === document.body) target.focus({ preventScroll: true });
      if (target.getBoundingClientRect().top < 0) target.scrollIntoView();
    }
    if (target === document.body) showTheme(chosen());
  });

  addEventListener("htmx:before:request", ({ detail }) => targetOf(detail.ctx)?.setAttribute("aria-busy", "true"));
  addEventListener("htmx:finally:request", ({ detail }) => targetOf(detail.ctx)?.removeAttribute("aria-busy"));

  // What lies on top of a page goes with Escape, a menu also with a click elsewhere.

  addEventListener("click", (event) => {
    const dismissed = event.target.closest(".toast > a");
    if (dismissed) {
      event.preventDefault();
      dismissed.parentNode.remove();
    }
    for (const menu of document.querySelectorAll(".drop[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  addEventListener("keydown", ({ key }) => {
    if (key !== "Escape") return;
    const menu = document.querySelector(".drop[open]");
    if (!menu) return document.querySelector(".toast")?.remove();
    menu.open = false;
    menu.firstElementChild.focus();
  });

  // A page that Back brings back: its session may be over.

  addEventListener("pageshow", async ({ persisted }) => {
    if (!persisted || !byId("user-menu")) return;
    const headers = { "HX-Request": "true", "HX-Current-URL": location.href };
    const answer = await fetch(location.href, { method: "HEAD", headers }).catch(() => null);
    const leave = answer?.headers.get("HX-Redirect");
    if (leave) location.replace(leave);
  });

  // A page that several parts send elsewhere goes once.

  let left = 0;

  addEventListener("htmx:before:response", (event) => {
    if (Date.now() < left) event.preventDefault();
    else if (event.detail.ctx.hx.redirect) left = Date.now() + 5000;
  });

  // A request that got no answer at all.

  addEventListener("htmx:error", ({ detail }) => {
    const toasts = byId("toasts");
    if (!detail.ctx || !toasts) return;
    const toast = document.createElement("p");
    toast.textContent = "No answer. Nothing was lost; try again in a moment.";
    toasts.replaceChildren(toast);
    setTimeout(() => toast.remove(), 8000);
  });
})();
