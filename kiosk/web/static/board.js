// The touch screen's behaviour: going from page to page without ever showing a browser's error
// page, the clock, whether the server is there, and the way home after a minute. htmx polls; what is
// on a page is the server's.
(function () {
  "use strict";

  var body = document.body;
  var scroller = document.getElementById("scroller");
  var offline = document.getElementById("offline");
  var large = document.getElementById("large");
  var seconds = function (name) { return Number(body.dataset[name]) * 1000; };
  var page = function () { return document.getElementById("page"); };

  // ---- the clock: the server's, in Beijing ----
  var offset = 0;
  var format = function (options) {
    return new Intl.DateTimeFormat("zh-CN", Object.assign({ timeZone: "Asia/Shanghai" }, options));
  };
  var faces = {
    day: format({ year: "numeric", month: "long", day: "numeric" }),
    weekday: format({ weekday: "long" }),
    time: format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" })
  };
  function setClock(stamp) {
    if (stamp) { offset = Date.parse(stamp) - Date.now(); }
  }
  function tick() {
    var now = new Date(Date.now() + offset);
    Object.keys(faces).forEach(function (name) {
      var place = document.querySelector('[data-clock="' + name + '"]');
      var said = faces[name].format(now);
      if (place.textContent !== said) { place.textContent = said; }
    });
  }

  // ---- is the server there? ----
  // When it last answered, and of when what is on the screen is: a page that worker.js kept is older.
  var lastAnswer = Date.now();
  var shownAt = new Date(page().dataset.now);
  function answered(ok, stamp) {
    if (ok) {
      lastAnswer = Date.now();
      setClock(stamp);
      shownAt = new Date(Date.now() + offset);
    } else {
      var now = new Date(Date.now() + offset);
      var day = faces.day.format(shownAt) === faces.day.format(now) ? "" : faces.day.format(shownAt) + " ";
      document.querySelector('[data-clock="last"]').textContent = day + faces.time.format(shownAt);
    }
    offline.hidden = ok;
  }

  // ---- from page to page ----
  var going = 0;
  var underway = 0;
  // `how`: "push" and "replace" as the history's; `top` is where to scroll to.
  function go(url, how, top) {
    var mine = ++going;
    underway += 1;
    if (large.open) { large.close(); }
    var done = function (there) { underway -= 1; return there; };
    return fetch(url, { headers: { "HX-Request": "true" }, cache: "no-store" }).then(
      function (response) {
        var kept = response.headers.get("X-Kiosk-Kept");
        if (kept) { shownAt = new Date(kept); }
        answered(!kept && response.status < 500, response.headers.get("X-Kiosk-Now"));
        if (!response.ok) { return false; }
        return response.text().then(function (html) {
          if (mine !== going) { return false; }
          if (how === "push") {
            history.replaceState({ depth: depth(), top: scroller.scrollTop }, "");
            history.pushState({ depth: depth() + 1 }, "", url);
          } else if (how === "replace") {
            history.replaceState(history.state, "", url);
          }
          put(html, top);
          if (how) { opened(url); }
          return true;
        });
      },
      function () { answered(false); return false; }
    ).then(done, function (error) { done(); throw error; });
  }
  // By hand, and not by a turn of the clock: screen.js counts it.
  function opened(url) {
    var path = new URL(url, location.href).pathname;
    document.dispatchEvent(new CustomEvent("board:opened", { detail: path }));
  }
  // Puts a page's own part in the place of the one that is there.
  function put(html, top) {
    page().outerHTML = html;
    window.htmx.process(page());
    scroller.scrollTop = top || 0;
    arrived();
  }
  // Keys follow each other faster than answers: each adds to what stands in the box by then.
  function typed(key) {
    var box = document.getElementById("q");
    var before = /^[\x20-\x7e]*$/.test(box.value) || key === "delete" ? box.value : "";
    box.value = key === "delete" ? before.slice(0, -1) : before + key;
    return "/search?" + new URLSearchParams({ q: box.value });
  }
  // The program was started anew, perhaps another version: its script and styles with it.
  function renew() {
    if (page().dataset.started !== body.dataset.started) { location.reload(); }
  }
  function depth() { return (history.state && history.state.depth) || 0; }
  function atHome() { return location.pathname === "/"; }
  function home() {
    if (atHome()) { scroller.scrollTop = 0; return; }
    go("/", "push").then(function (there) {
      if (there) { history.replaceState({ depth: 0 }, "", "/"); turnable(); }
    });
  }
  function back() {
    if (depth() > 0) { history.back(); return; }
    var parent = page().dataset.back;
    if (parent) { go(parent, "replace"); }
  }
  function turn(way) {
    var other = atEnd(way) && otherPage(way);
    if (other) {
      go(other.href, "replace", way < 0 ? scroller.scrollHeight * 10 : 0);
    } else {
      scroller.scrollBy({ top: way * (scroller.clientHeight - covered()) * 0.85, behavior: "smooth" });
    }
  }
  // What a keypad at the bottom lies over has not been read.
  function covered() {
    var pad = page().querySelector(".tools");
    var style = pad && getComputedStyle(pad);
    return style && style.position === "sticky" && style.bottom === "0px" ? pad.offsetHeight : 0;
  }
  function atEnd(way) {
    var end = scroller.scrollHeight - scroller.clientHeight - 4;
    return way < 0 ? scroller.scrollTop <= 4 : scroller.scrollTop >= end;
  }
  // A long list goes on on another page.
  function otherPage(way) {
    return page().querySelector(way < 0 ? ".pager [rel=prev]" : ".pager [rel=next]");
  }
  // A table that is wider than the screen is read row by row.
  function fitTables() {
    page().querySelectorAll("table:has(td[data-label])").forEach(function (table) {
      table.classList.remove("stacked");
      table.classList.toggle("stacked", table.scrollWidth > table.parentNode.clientWidth + 1);
    });
  }
  function arrived() {
    document.dispatchEvent(new Event("board:arrived"));
    fitTables();
    renew();
    tick();
    turnable();
    var title = document.querySelector("#page h1:not(.visually-hidden)");
    document.title = title
      ? title.firstChild.textContent.trim() + " · " + body.dataset.name
      : body.dataset.name + "三务公开";
  }
  function turnable() {
    button("up").disabled = atEnd(-1) && !otherPage(-1);
    button("down").disabled = atEnd(1) && !otherPage(1);
    button("back").disabled = depth() === 0 && !page().dataset.back;
  }
  function button(act) { return document.querySelector('[data-act="' + act + '"]'); }

  document.addEventListener("click", function (event) {
    var act = event.target.closest("[data-act]");
    if (act) {
      event.preventDefault();
      ({ back: back, home: home, up: function () { turn(-1); }, down: function () { turn(1); } })[
        act.dataset.act
      ]();
      return;
    }
    var link = event.target.closest("a[href]");
    var photo = link && photoOf(link);
    if (photo) {
      event.preventDefault();
      enlarge(photo);
    } else if (link && link.origin === location.origin) {
      event.preventDefault();
      var url = "key" in link.dataset ? typed(link.dataset.key) : link.href;
      go(url, "replace" in link.dataset ? "replace" : "push");
    }
  });
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method === "post") { return; } // take.js sends what people say
    event.preventDefault();
    go(form.action + "?" + new URLSearchParams(new FormData(form)), "replace");
  });
  window.addEventListener("popstate", function (event) {
    go(location.pathname + location.search, "", event.state && event.state.top);
  });
  scroller.addEventListener("scroll", turnable, { passive: true });
  // Old versions that open and pictures that come make a page longer.
  ["toggle", "load"].forEach(function (name) {
    document.addEventListener(name, function () { fitTables(); turnable(); }, true);
  });
  window.addEventListener("resize", function () { fitTables(); turnable(); });
  document.addEventListener("contextmenu", function (event) { event.preventDefault(); });

  // ---- a photo over the whole screen ----
  function photoOf(link) {
    if ("photo" in link.dataset) { return link.querySelector("img"); }
    var place = link.hash && link.pathname === location.pathname
      && document.getElementById(decodeURIComponent(link.hash.slice(1)));
    return place && place.querySelector("[data-photo] img");
  }
  function enlarge(photo) {
    var figure = photo.closest("figure");
    var words = figure && figure.querySelector("figcaption");
    large.querySelector("img").src = photo.src;
    large.querySelector("img").alt = photo.alt;
    large.querySelector("figcaption").textContent = words ? words.textContent : photo.alt;
    large.showModal();
  }
  large.addEventListener("click", function () { large.close(); });

  // ---- polling, by htmx ----
  document.addEventListener("htmx:beforeSwap", function (event) {
    // Someone is typing, on the way elsewhere, or reading an old version: the next poll will do.
    var polled = event.detail.requestConfig.elt === page();
    var busy = polled && page().contains(document.activeElement) && document.activeElement.matches("input");
    if (busy || underway || page().querySelector("details[open]")) { event.detail.shouldSwap = false; }
  });
  document.addEventListener("htmx:afterRequest", function (event) {
    var request = event.detail.xhr;
    answered(request.status > 0 && request.status < 500, request.getResponseHeader("X-Kiosk-Now"));
  });
  document.addEventListener("htmx:afterSettle", function () {
    fitTables();
    renew();
    tick();
    turnable();
    document.dispatchEvent(new Event("board:polled"));
  });

  // ---- nobody is there: home after a minute; what comes then is attract.js's ----
  var touched = Date.now();
  function touch() { touched = Date.now(); }
  ["pointerdown", "keydown", "wheel", "kiosk:use"].forEach(function (name) {
    document.addEventListener(name, touch, { capture: true, passive: true });
  });
  function watch() {
    if (!atHome() && Date.now() - touched >= seconds("homeAfter")) {
      touch();
      home();
    }
  }

  // For the scripts beside this one: take.js, attract.js, screen.js.
  window.board = {
    put: put,
    answered: answered,
    touch: touch,
    go: go,
    atHome: atHome,
    page: page,
    now: function () { return new Date(Date.now() + offset); },
    stillFor: function () { return Date.now() - touched; },
    answeredAt: function () { return lastAnswer; }
  };

  setClock(page().dataset.now);
  if (!history.state) { history.replaceState({ depth: 0 }, "", location.href); }
  arrived();
  setInterval(function () { tick(); watch(); }, 1000);
})();
