// For browsers that cannot read or run the page's script: shows the plain page that says so. Old syntax on purpose.
(function () {
  if (document.documentElement.getAttribute("data-started") !== null) return;
  var plain = document.getElementById("old-browser");
  var loading = document.getElementById("loading");
  if (loading) loading.style.display = "none";
  if (plain) plain.style.display = "block";
})();
