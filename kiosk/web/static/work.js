/* A little work while somebody floods the box (kiosk/feedback/work.py): finds a number such that
   SHA-256 of "challenge:number" begins with so many zero bits. In small bites, so that typing goes
   on. SHA-256 is written out: over plain http a browser offers none. */
(function () {
  "use strict";
  var form = document.querySelector("form[data-work]");
  if (!form) { return; }
  var challenge = form.getAttribute("data-work"), bits = Number(form.getAttribute("data-bits"));
  var done = form.querySelector("input[name=work_done]");
  var K = [], H0 = [];
  (function () {
    function part(x) { return ((x - Math.floor(x)) * 4294967296) | 0; }
    for (var n = 2; K.length < 64; n++) {
      var prime = true;
      for (var d = 2; d * d <= n; d++) { if (n % d === 0) { prime = false; break; } }
      if (prime) {
        if (H0.length < 8) { H0.push(part(Math.pow(n, 1 / 2))); }
        K.push(part(Math.pow(n, 1 / 3)));
      }
    }
  })();
  var w = new Int32Array(64);
  function zeros(text) {
    var size = ((text.length + 8) >> 6) + 1, words = new Int32Array(size * 16), i, j;
    for (i = 0; i < text.length; i++) { words[i >> 2] |= text.charCodeAt(i) << (24 - (i & 3) * 8); }
    words[text.length >> 2] |= 0x80 << (24 - (text.length & 3) * 8);
    words[size * 16 - 1] = text.length * 8;
    var h = H0.slice();
    for (j = 0; j < size; j++) {
      var a = h[0], b = h[1], c = h[2], d = h[3], e = h[4], f = h[5], g = h[6], k = h[7];
      for (i = 0; i < 64; i++) {
        if (i < 16) { w[i] = words[j * 16 + i]; } else {
          var x = w[i - 15], y = w[i - 2];
          w[i] = (w[i - 16] + ((x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3) + w[i - 7] +
            ((y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10)) | 0;
        }
        var s1 = (e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7);
        var t1 = (k + s1 + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
        var s0 = (a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10);
        var t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        k = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0;
      }
      h = [h[0] + a | 0, h[1] + b | 0, h[2] + c | 0, h[3] + d | 0,
        h[4] + e | 0, h[5] + f | 0, h[6] + g | 0, h[7] + k | 0];
    }
    return Math.clz32(h[0]);
  }
  var number = 0;
  function bite() {
    for (var end = number + 2000; number < end; number++) {
      if (zeros(challenge + ":" + number) >= bits) { done.value = String(number); return; }
    }
    window.setTimeout(bite, 0);
  }
  bite();
})();
