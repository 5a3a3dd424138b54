// A screen says once a minute that it is there and what it shows, so that a village and its
// township learn of one that went dark. Only a browser that was started as a screen (/?screen=NAME)
// is one; the page then has its id and name.
(function () {
  "use strict";

  var EVERY = 60000;
  var body = document.body;

  if (!body.dataset.screen) { return; }

  function beat() {
    var page = document.getElementById("page");
    fetch("/screens/heartbeat", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({
        screen: body.dataset.screen,
        name: body.dataset.screenName,
        size: screen.width + "x" + screen.height,
        visible: document.visibilityState === "visible",
        page: page ? page.getAttribute("hx-get") : location.pathname
      })
    }).catch(function () { /* board.js says on the screen when the server is away */ });
  }

  beat();
  setInterval(beat, EVERY);
})();
