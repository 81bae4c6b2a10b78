// What is to be shared is copied by a button, where the browser can; without it, it is selected.
(() => {
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("button[data-copies]")) {
    const said = document.getElementById(button.dataset.saidBy);
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(button.dataset.copies);
        said.textContent = button.dataset.done;
      } catch {
        said.textContent = button.dataset.failed;
      }
    });
  }
})();
