// A browser that was made one of this board's screens says twice a minute that it is there, what it
// shows and how it fares, so that village and township learn of one that went dark or stands still;
// and counts touches and pages opened by hand, never by whom. It also keeps the board for a reload
// while the server is away (worker.js).
(function () {
  "use strict";

  var EVERY = 30000;
  var KINDS = {
    "": "home", party: "party", village: "village", finance: "finance", announcements: "township",
    notices: "notice", search: "search", topics: "search", services: "services"
  };
  var board = window.board;
  var errors = 0;
  var error = "";
  var touched = 0;
  var counts = none();
  var beating = false;

  function none() { return { touches: 0, views: {}, notices: {} }; }
  function add(to, name, number) { to[name] = (to[name] || 0) + number; }
  function ago(at) { return at ? Math.max(0, Math.round((Date.now() - at) / 1000)) : null; }
  function failed(words) {
    errors += 1;
    error = String(words).slice(0, 200);
  }
  window.addEventListener("error", function (event) { failed(event.message || "resource"); });
  window.addEventListener("unhandledrejection", function (event) { failed(event.reason); });
  document.addEventListener("pointerdown", function () {
    touched = Date.now();
    counts.touches += 1;
  }, { capture: true, passive: true });
  document.addEventListener("board:opened", function (event) {
    var parts = event.detail.split("/");
    add(counts.views, KINDS[parts[1]] || "other", 1);
    if (parts[1] === "notices" && parts[2]) { add(counts.notices, parts[2], 1); }
  });

  function beat() {
    if (beating) { return; }
    var told = counts;
    counts = none();
    beating = true;
    fetch("/screens/heartbeat", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({
        size: screen.width + "x" + screen.height,
        visible: document.visibilityState === "visible",
        page: board.page().getAttribute("hx-get"),
        version: document.body.dataset.started,
        clock: new Date().toISOString(),
        answered: ago(board.answeredAt()),
        moved: Math.min(ago(board.turned()), ago(Date.now() - board.stillFor())),
        touched: ago(touched),
        errors: errors,
        error: error,
        counts: told
      })
    }).then(function (response) { return response.ok; }, function () { return false; })
      .then(function (taken) {
        beating = false;
        if (taken) { return; }
        // Not taken: told again with the next one.
        counts.touches += told.touches;
        ["views", "notices"].forEach(function (of) {
          Object.keys(told[of]).forEach(function (name) { add(counts[of], name, told[of][name]); });
        });
      });
  }

  // Whether this is a screen is known once the slides are there.
  var begun = false;
  document.addEventListener("attract:came", function () {
    if (begun || !("screen" in board.settings())) { return; }
    begun = true;
    beat();
    setInterval(beat, EVERY);
    document.addEventListener("visibilitychange", beat);
    keep();
  });

  // ---- the board without its server ----
  function keep() {
    if (!("serviceWorker" in navigator)) { return; } // only on localhost and under https
    navigator.serviceWorker.register("/sw.js").then(function () {
      return navigator.serviceWorker.ready;
    }).then(function (registration) {
      var needed = Array.from(document.querySelectorAll("link[href], script[src]"))
        .map(function (it) { return it.href || it.src; })
        .filter(function (url) { return url.indexOf(location.origin + "/static/") === 0; });
      registration.active.postMessage({
        keep: needed,
        pages: ["/", "/party", "/village", "/finance", "/attract"]
      });
    }).catch(function () { /* without it the board needs its server for a reload, as any page */ });
  }
})();
