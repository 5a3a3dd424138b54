// A button that copies what stands beside it, where the browser can; without it one copies by hand.
//   <button type="button" data-copy="ID OF THE ELEMENT" hidden>复制</button>
(function () {
  "use strict";

  function selected(place) {
    var range = document.createRange();
    range.selectNodeContents(place);
    var selection = window.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
    try { return document.execCommand("copy"); } catch (refused) { return false; }
  }
  function said(button, words) {
    var before = button.textContent;
    button.textContent = words;
    setTimeout(function () { button.textContent = before; }, 3000);
  }
  Array.prototype.forEach.call(document.querySelectorAll("[data-copy]"), function (button) {
    var place = document.getElementById(button.getAttribute("data-copy"));
    if (!place) { return; }
    button.hidden = false;
    button.addEventListener("click", function () {
      var text = place.textContent.trim();
      var done = function (copied) { said(button, copied ? "已复制" : "请长按上面的字复制"); };
      if (navigator.clipboard) {
        navigator.clipboard.writeText(text).then(
          function () { done(true); },
          function () { done(selected(place)); }
        );
      } else {
        done(selected(place));
      }
    });
  });
})();
