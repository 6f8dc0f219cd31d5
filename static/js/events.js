// Events as they come, and work that is looked at again while somebody looks at it.
(() => {
  "use strict";

  const byId = (id) => document.getElementById(id);

  // What asks again by itself waits while nobody sees the page.

  document.addEventListener("htmx:before:request", (event) => {
    const place = event.target.closest?.("[data-pauses]");
    if (!place || !document.hidden) return;
    event.preventDefault();
    document.addEventListener("visibilitychange", () => place.dispatchEvent(new Event("resume")), { once: true });
  });

  // A stream: the newest first, some hundreds of them, held back while somebody reads.

  const watching = byId("watching");
  if (!watching) return;

  const MOST = 500;
  const [list, connection, pause] = [byId("events"), byId("connection"), byId("pause")];
  const held = [];
  let source;
  let wait = 1000;

  const tell = (words) => { if (connection.textContent !== words) connection.textContent = words; };
  const paused = () => pause.getAttribute("aria-pressed") === "true";

  const add = (row) => {
    list.insertAdjacentHTML("afterbegin", row);
    while (list.children.length > MOST) list.lastElementChild.remove();
  };

  const connect = () => {
    source = new EventSource(watching.dataset.stream);
    source.addEventListener("open", () => { wait = 1000; tell("Live: events appear as they come."); });
    source.addEventListener("message", ({ data }) => {
      if (!paused()) return add(data);
      held.push(data);
      held.splice(0, held.length - MOST);
      pause.textContent = `Go on (${held.length} new)`;
    });
    // Not signed in any more: the whole page goes there, for a stream can't be sent elsewhere.
    source.addEventListener("leave", ({ data }) => { source.close(); location.assign(data); });
    source.addEventListener("end", () => { source.close(); tell("The stream has ended."); });
    source.addEventListener("error", () => {
      tell("Interrupted; trying again …");
      if (source.readyState !== EventSource.CLOSED) return;
      // The answer was no stream: the browser has given up, so this goes on, ever more slowly.
      setTimeout(connect, wait);
      wait = Math.min(wait * 2, 60_000);
    });
  };

  pause.addEventListener("click", () => {
    pause.setAttribute("aria-pressed", String(!paused()));
    if (!paused()) held.splice(0).forEach(add);
    pause.textContent = paused() ? "Go on" : "Pause";
  });

  byId("clear").addEventListener("click", () => { list.replaceChildren(); held.length = 0; });
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", ({ persisted }) => persisted && connect());
  connect();
})();
