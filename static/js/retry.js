// An error that will pass: ask in the background, load the page once it is there.
(() => {
  "use strict";

  let retrying;

  const startRetrying = (patience = 1) => {
    const place = document.querySelector("[data-retry]");
    clearTimeout(retrying);
    if (!place) return;
    const seconds = Math.max(1, Number(place.dataset.retry) || 5) * patience;
    retrying = setTimeout(async () => {
      if (document.hidden) return startRetrying(patience);
      const answer = await fetch(location.href, { headers: { Accept: "text/html", "Webapp-Unattended": "1" } }).catch(() => null);
      if (!place.isConnected) return;
      if (answer?.ok) location.reload();
      else startRetrying(Math.min(patience * 2, 12));
    }, seconds * 1000);
  };

  startRetrying();
})();
