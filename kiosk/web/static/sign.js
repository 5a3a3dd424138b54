// Handwriting with a finger, a pen or a mouse on a canvas, sent as a PNG in the form. Written for
// old WebViews: pointer events where there are some, else touch and mouse. Without a canvas the
// box stays hidden and the typed name alone is sent.
// A page that comes later (the touch screen's) calls `signPad()` once it stands.
function signPad() {
  "use strict";
  var pad = document.getElementById("pad");
  var canvas = document.getElementById("canvas");
  var ink = canvas && canvas.getContext && canvas.getContext("2d");
  if (!ink) { return; }
  var form = document.getElementById("signing");
  var drawn = document.getElementById("drawn");
  var last = null;
  var written = 0;

  pad.hidden = false;
  document.getElementById("has-canvas").value = "1";

  function clear() {
    ink.fillStyle = "#fff";
    ink.fillRect(0, 0, canvas.width, canvas.height);
    ink.strokeStyle = ink.fillStyle = "#111";
    ink.lineWidth = 9;
    ink.lineCap = ink.lineJoin = "round";
    written = 0;
    drawn.value = "";
  }
  clear();
  document.getElementById("again").addEventListener("click", clear);

  function place(point) {
    var box = canvas.getBoundingClientRect();
    return {
      x: ((point.clientX - box.left) * canvas.width) / box.width,
      y: ((point.clientY - box.top) * canvas.height) / box.height
    };
  }
  function start(point) {
    last = place(point);
    ink.beginPath();
    ink.arc(last.x, last.y, ink.lineWidth / 2, 0, 2 * Math.PI);
    ink.fill();
  }
  function move(point) {
    if (!last) { return; }
    var next = place(point);
    ink.beginPath();
    ink.moveTo(last.x, last.y);
    ink.lineTo(next.x, next.y);
    ink.stroke();
    written += Math.abs(next.x - last.x) + Math.abs(next.y - last.y);
    last = next;
  }
  function end() { last = null; }

  if (window.PointerEvent) {
    canvas.addEventListener("pointerdown", function (event) {
      event.preventDefault();
      if (canvas.setPointerCapture) { canvas.setPointerCapture(event.pointerId); }
      start(event);
    });
    canvas.addEventListener("pointermove", function (event) { event.preventDefault(); move(event); });
    canvas.addEventListener("pointerup", end);
    canvas.addEventListener("pointercancel", end);
  } else {
    canvas.addEventListener("touchstart", function (event) { event.preventDefault(); start(event.changedTouches[0]); });
    canvas.addEventListener("touchmove", function (event) { event.preventDefault(); move(event.changedTouches[0]); });
    canvas.addEventListener("touchend", end);
    canvas.addEventListener("touchcancel", end);
    canvas.addEventListener("mousedown", start);
    canvas.addEventListener("mousemove", move);
    window.addEventListener("mouseup", end);
  }

  form.addEventListener("submit", function () {
    drawn.value = written > 40 ? canvas.toDataURL("image/png") : "";
  });
}
signPad();
