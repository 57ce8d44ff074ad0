"use strict";
// Buttons that copy, and drop-downs that close: everything works without this file too.
{
    const copied = (button) => {
        const word = button.textContent;
        button.textContent = "Copied";
        setTimeout(() => { button.textContent = word; }, 2000);
    };

    const select = (node) => {
        const range = document.createRange();
        range.selectNodeContents(node);
        getSelection().removeAllRanges();
        getSelection().addRange(range);
    };

    for (const button of document.querySelectorAll("[data-copy]")) {
        const source = document.getElementById(button.dataset.copy);
        button.hidden = false;
        button.addEventListener("click", async () => {
            try {
                await navigator.clipboard.writeText(source.textContent);
                copied(button);
            } catch {
                select(source);  // no clipboard without HTTPS: the text is marked, to be copied by hand
            }
        });
    }

    const closeAll = (except) => {
        for (const drop of document.querySelectorAll("details.drop[open]")) {
            if (!drop.contains(except)) drop.open = false;
        }
    };
    document.addEventListener("click", (event) => closeAll(event.target));
    document.addEventListener("keydown", (event) => { if (event.key === "Escape") closeAll(null); });
}
