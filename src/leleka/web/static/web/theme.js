// Before anything is drawn: light or dark, as chosen here, else as the system has it.
(() => {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const draw = () => {
    const chosen = localStorage.getItem("leleka-theme");
    document.documentElement.dataset.bsTheme = chosen || (system.matches ? "dark" : "light");
  };
  system.addEventListener("change", draw);
  draw();
})();
