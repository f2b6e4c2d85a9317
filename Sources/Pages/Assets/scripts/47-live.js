// A button that is pressed by itself when its form has changed (`data-live`): what the page it leads to would say is shown here, and
// its heading is said beside the button.
for (const button of document.querySelectorAll("[data-live]")) {
    const live = document.getElementById("live");
    let timer;
    button.form.addEventListener("input", () => {
        clearTimeout(timer);
        const own = timer = setTimeout(async () => {
            const body = new URLSearchParams(new FormData(button.form));
            const answer = await fetch(button.formAction, { method: "POST", body });
            const page = new DOMParser().parseFromString(await answer.text(), "text/html");
            // The form has changed meanwhile, and asks anew.
            if (own !== timer) return;
            // A page without an answer empties this one: what was said before is true no more.
            live.replaceChildren(...page.getElementById("live")?.childNodes ?? []);
            button.nextElementSibling.textContent = live.querySelector("h2")?.textContent ?? "";
        }, 800);
    });
}
