// An import that is under way goes on by itself. Without this the button does.
(function () {
  "use strict";
  var form = document.querySelector("form[data-go-on]");
  if (form) { form.submit(); }
})();
