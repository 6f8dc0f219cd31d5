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

  // A stream: the newest first, some hundreds of them, held back while somebody reads. It holds one of the few
  // connections that a browser has to a host, so a tab that nobody sees gives it up. Read by fetch, for EventSource
  // tells neither why it was refused nor, once it was closed, of the last event that it had.

  const watching = byId("watching");
  if (!watching) return;

  const MOST = 500;
  const GLANCE = 3000;
  const SOON = 1000;
  const LONGEST = 60_000;
  const TYPE = "text/event-stream";
  const [list, connection, pause] = [byId("events"), byId("connection"), byId("pause")];
  const held = [];
  let stream;
  let again;
  let leaving;
  let wait = SOON;
  let last = "";
  let over = false;
  let live = "Live: events appear as they come.";

  const tell = (words) => { if (connection.textContent !== words) connection.textContent = words; };
  const paused = () => pause.getAttribute("aria-pressed") === "true";

  const add = (row) => {
    list.insertAdjacentHTML("afterbegin", row);
    while (list.children.length > MOST) list.lastElementChild.remove();
  };

  const close = () => {
    clearTimeout(again);
    stream?.abort();
    stream = undefined;
  };

  const end = () => {
    over = true;
    close();
  };

  const take = {
    message: (data) => {
      if (!paused()) return add(data);
      held.push(data);
      held.splice(0, held.length - MOST);
      pause.textContent = `Go on (${held.length} new)`;
    },
    // Not signed in any more: the whole page goes there, for a stream can't be sent elsewhere.
    leave: (data) => { end(); location.assign(data); },
    end: () => { end(); tell("The stream has ended."); },
  };

  const hear = (block) => {
    const data = [];
    let name = "message";
    for (const line of block.split("\n")) {
      const colon = line.indexOf(":");
      const field = line.slice(0, colon);
      const value = line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
      if (field === "data") data.push(value);
      else if (field === "event") name = value;
      else if (field === "id") last = value;
      else if (field === "retry") wait = Number(value);
    }
    if (data.length) take[name]?.(data.join("\n"));
  };

  const read = async ({ body }, { signal }) => {
    const pieces = body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (let piece = await pieces.read(); !piece.done; piece = await pieces.read()) {
      const blocks = (rest + piece.value).split("\n\n");
      rest = blocks.pop();
      for (const block of blocks) if (!signal.aborted) hear(block);
    }
  };

  // What an answer says that is no stream: it's a page.
  const reason = async (answer) => {
    wait = Math.max(wait, 1000 * answer.headers.get("Retry-After"));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.querySelector(".problem .lead")?.textContent ?? "";
  };

  const connect = async () => {
    close();
    const mine = stream = new AbortController();
    const headers = { Accept: TYPE, ...(last && { "Last-Event-ID": last }) };
    let why = "";
    try {
      const answer = await fetch(watching.dataset.stream, { headers, cache: "no-store", signal: mine.signal });
      if (answer.ok && answer.headers.get("Content-Type")?.startsWith(TYPE)) {
        wait = SOON;
        tell(live);
        await read(answer, mine);
      } else {
        why = await reason(answer);
      }
    } catch { /* The network's, or it was closed. */ }
    if (mine.signal.aborted) return;
    tell(why ? `${why} Trying again …` : "Interrupted; trying again …");
    again = setTimeout(connect, wait);
    wait = Math.min(wait * 2, LONGEST);
  };

  const hold = () => {
    if (stream && !last) live = "Live again: what came while this tab was hidden isn't here.";
    close();
    tell("Held while this tab is hidden.");
  };

  const look = () => {
    clearTimeout(leaving);
    if (over) return;
    if (document.hidden) {
      leaving = setTimeout(hold, stream ? GLANCE : 0);
    } else if (!stream) {
      wait = SOON;
      connect();
    }
  };

  pause.addEventListener("click", () => {
    pause.setAttribute("aria-pressed", String(!paused()));
    if (!paused()) held.splice(0).forEach(add);
    pause.textContent = paused() ? "Go on" : "Pause";
  });

  byId("clear").addEventListener("click", () => { list.replaceChildren(); held.length = 0; });
  document.addEventListener("visibilitychange", look);
  addEventListener("pagehide", close);
  addEventListener("pageshow", look);
  look();
})();
