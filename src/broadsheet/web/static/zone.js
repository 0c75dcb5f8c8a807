// Offers the browser's own time zone where none was chosen yet; the form works without it.
const field = document.querySelector("input[data-zone]");
const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (field && field.value === "UTC" && own && own !== "UTC" && !document.querySelector("#time").value) {
  const known = [...document.querySelectorAll("#zones option")].some((each) => each.value === own);
  if (known) field.value = own;
}
