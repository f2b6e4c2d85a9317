// Small things that other files need. `say` reads a sentence to those who listen to the page.
const region = document.createElement("div");
region.className = "visually-hidden";
region.setAttribute("role", "status");
document.body.append(region);
window.trellis = { say(text) { region.textContent = text; } };
