// Small things that other files need. `say` reads a sentence to those who listen to the page; `isTyping` tells a key that is
// part of a text from one that is meant for the page, as it is on a radio button.
const region = document.createElement("div");
region.className = "visually-hidden";
region.setAttribute("role", "status");
document.body.append(region);
const text = "input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]";
window.trellis = {
    say(text) { region.textContent = text; },
    isTyping: (event) => event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.target.closest?.(text) != null,
};
