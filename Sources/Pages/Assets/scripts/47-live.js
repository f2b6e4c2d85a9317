// A button that is pressed by itself when its form has changed (`data-live`): what the page it leads to would say is shown here, and
// its heading is said beside the button.
for (const button of document.querySelectorAll("[data-live]")) {
    const live = document.getElementById("live");
    let timer;
    button.form.addEventListener("input", () => {
        clearTimeout(timer);
        const own = timer = setTimeout(async () => {
            const body = new URLSearchParams(new FormData(button.form));
            // Where nothing comes back, nothing is said.
            const answer = await fetch(button.formAction, { method: "POST", body }).then((a) => a.text()).catch(() => "");
            const page = new DOMParser().parseFromString(answer, "text/html");
            // The form has changed meanwhile, and asks anew.
            if (own !== timer) return;
            // A page without an answer empties this one: what was said before is true no more.
            button.nextElementSibling.textContent = page.querySelector("#live h2, .error-summary h2")?.textContent ?? "";
            live.replaceChildren(...page.getElementById("live")?.childNodes ?? []);
        }, 800);
    });
}
