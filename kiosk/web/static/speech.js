// 朗读: the page read aloud, sentence by sentence, by the browser's Chinese voice where it has one and
// by the node's else. The sentence that is heard is marked in the page (CSS highlights: nothing in the
// page changes) and stands in the bar above the buttons. It ends with the page.
(function () {
  "use strict";

  var scroller = document.getElementById("scroller");
  var panel = document.getElementById("listen");
  var words = document.getElementById("spoken");
  var voices = window.speechSynthesis;
  var sound = new Audio();
  var still = window.matchMedia("(prefers-reduced-motion: reduce)");
  var PACE = 0.9;

  var list = [];
  var at = -1;
  var address = "";
  var paused = false;
  var turn = 0; // counts starts and stops: what comes back late belongs to none

  function page() { return document.getElementById("page"); }
  function here() { return page().getAttribute("hx-get") || location.pathname + location.search; }
  function button(act) { return document.querySelector('[data-speech="' + act + '"]'); }

  function start() {
    stop();
    var mine = ++turn;
    address = here();
    show("正在准备朗读……");
    fetch("/speech?page=" + encodeURIComponent(address)).then(function (answer) {
      if (!answer.ok) { throw new Error("speech " + answer.status); }
      return answer.json();
    }).then(function (said) {
      if (mine !== turn) { return; }
      list = said.sentences;
      if (!list.length) { tell("这一页没有可以朗读的文字。"); return; }
      if (!said.voice && !voice()) {
        tell("这台机器还没有装朗读的声音，请告诉村里的管理员。");
        return;
      }
      speak(firstInView());
    }).catch(function () {
      if (mine === turn) { tell("现在不能朗读，请过一会儿再试。"); }
    });
  }
  function stop() {
    turn += 1;
    at = -1;
    list = [];
    paused = false;
    sound.pause();
    sound.removeAttribute("src");
    if (voices) { voices.cancel(); }
    if (window.CSS && CSS.highlights) { CSS.highlights.delete("spoken"); }
    show("");
  }
  function tell(message) {
    show(message);
    var mine = turn;
    setTimeout(function () { if (mine === turn) { stop(); } }, 6000);
  }
  function show(text) {
    panel.hidden = !text;
    words.textContent = text;
    document.body.classList.toggle("speaking", Boolean(text));
    button("start").setAttribute("aria-pressed", String(Boolean(text)));
    button("pause").hidden = at < 0;
    button("pause").textContent = paused ? "继续" : "暂停";
  }

  // ---- one sentence after the other ----
  function voice() {
    var found = voices ? voices.getVoices().filter(function (each) {
      return /^(zh|cmn)/i.test(each.lang) && !/HK|yue/i.test(each.lang);
    }) : [];
    return found.find(function (each) { return each.localService; }) || found[0] || null;
  }
  function speak(number) {
    var mine = ++turn;
    at = number;
    if (at >= list.length) { at = -1; tell("读完了。"); return; }
    show(list[at].text);
    mark(true);
    var next = function () { if (mine === turn) { speak(at + 1); } };
    var failed = function () { if (mine === turn) { at = -1; tell("现在不能朗读，请过一会儿再试。"); } };
    var chosen = voice();
    if (chosen) {
      var said = new SpeechSynthesisUtterance(list[at].say);
      said.voice = chosen;
      said.lang = chosen.lang;
      said.rate = PACE;
      said.onend = next;
      said.onerror = function () { if (mine === turn) { play(next, failed); } };
      voices.speak(said);
    } else {
      play(next, failed);
    }
  }
  function play(next, failed) {
    sound.onended = next;
    sound.onerror = failed;
    sound.src = list[at].audio;
    sound.play().catch(function (error) { if (error.name !== "AbortError") { failed(); } });
    // The node makes the next one while this is heard.
    if (list[at + 1]) { fetch(list[at + 1].audio).catch(function () { /* it is asked for again */ }); }
  }
  function pause() {
    paused = !paused;
    if (sound.getAttribute("src")) {
      if (paused) { sound.pause(); } else { sound.play(); }
    } else if (paused) { voices.pause(); } else { voices.resume(); }
    show(list[at].text);
  }

  // ---- where it stands ----
  // The page's characters without spaces, and the text node and offset of each.
  function letters() {
    var text = "";
    var places = [];
    var walker = document.createTreeWalker(page(), NodeFilter.SHOW_TEXT, function (node) {
      return node.parentElement.closest("svg, [aria-hidden=true], [hidden], script")
        ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT;
    });
    while (walker.nextNode()) {
      var value = walker.currentNode.nodeValue;
      for (var n = 0; n < value.length; n += 1) {
        if (/\s/.test(value[n])) { continue; }
        text += value[n];
        places.push([walker.currentNode, n]);
      }
    }
    return { text: text, places: places };
  }
  // The ranges of all sentences, each found after the one before where that can be.
  function ranges() {
    var all = letters();
    var from = 0;
    return list.map(function (each) {
      var found = all.text.indexOf(each.text, from);
      if (found < 0) { found = all.text.indexOf(each.text); } else { from = found + each.text.length; }
      if (found < 0 || !each.text) { return null; }
      var range = document.createRange();
      var first = all.places[found];
      var last = all.places[found + each.text.length - 1];
      range.setStart(first[0], first[1]);
      range.setEnd(last[0], last[1] + 1);
      return range;
    });
  }
  function mark(move) {
    var range = ranges()[at];
    if (window.CSS && CSS.highlights) {
      CSS.highlights.delete("spoken");
      if (range) { CSS.highlights.set("spoken", new Highlight(range)); }
    }
    if (!range || !move) { return; }
    var box = range.getBoundingClientRect();
    var frame = scroller.getBoundingClientRect();
    if (box.height && (box.top < frame.top || box.bottom > frame.bottom)) {
      scroller.scrollBy({
        top: box.top - frame.top - frame.height / 4,
        behavior: still.matches ? "auto" : "smooth"
      });
    }
  }
  // Someone who paged on is read to from there.
  function firstInView() {
    if (scroller.scrollTop < 8) { return 0; }
    var top = scroller.getBoundingClientRect().top;
    var first = ranges().findIndex(function (range) {
      return range && range.getBoundingClientRect().height && range.getBoundingClientRect().top >= top;
    });
    return Math.max(first, 0);
  }

  document.addEventListener("click", function (event) {
    var act = event.target.closest("[data-speech]");
    if (!act) { return; }
    if (act.dataset.speech === "start" && panel.hidden) {
      start();
    } else if (act.dataset.speech === "pause") {
      pause();
    } else {
      stop();
    }
  });
  // Another page ends it; the same one, come anew by a poll, is marked again.
  new MutationObserver(function () {
    if (panel.hidden || !page()) { return; }
    if (here() !== address) { stop(); } else if (at >= 0) { mark(false); }
  }).observe(scroller, { childList: true });
  // Who listens does not touch the screen, and is there all the same.
  setInterval(function () {
    if (at >= 0 && !paused) { document.dispatchEvent(new CustomEvent("kiosk:use")); }
  }, 5000);
  window.addEventListener("pagehide", stop);
  if (voices) { voices.getVoices(); } // asks for the list, which comes later
})();
