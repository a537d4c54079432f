// Keyboard first: "?" help, "/" search, j/k rows, "n" new, "g x" go, Ctrl+Enter sends. No framework.
const rows = () => [...document.querySelectorAll("a[data-row]")];
const step = (d) => {
	const r = rows();
	const i = r.indexOf(document.activeElement);
	r[Math.max(0, Math.min(r.length - 1, i + d))]?.focus();
};
const goes = { h: "/", i: "/inquiries", c: "/cases", n: "/incidents", t: "/tasks" };
const help = () => document.getElementById("keymap")?.showModal();
const keys = {
	j: () => step(1), k: () => step(-1), "?": help,
	"/": () => document.getElementById("find")?.focus(),
	n: () => document.querySelector("[data-new]")?.click(),
};
let going = false;

addEventListener("keydown", (e) => {
	if (e.isComposing) return; // the input method has the keys
	const typing = e.target.matches("input,textarea,select");
	if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) {
		const form = e.target.closest("form");
		if (form) { e.preventDefault(); form.requestSubmit(form.querySelector("[data-send]") ?? undefined); }
		return;
	}
	if (e.ctrlKey || e.metaKey || e.altKey) return;
	if (typing) { if (e.key === "Escape") e.target.blur(); return; }
	if (going) { going = false; if (goes[e.key]) { e.preventDefault(); location.assign(goes[e.key]); } return; }
	if (e.key === "g") { going = true; return; }
	const f = keys[e.key];
	if (f) { e.preventDefault(); f(); }
});
document.querySelector("[data-help]")?.addEventListener("click", help);
document.querySelector("[data-focus]")?.focus();

// A form with data-draft saves itself: half a second after the last key, and when the page is left.
for (const form of document.querySelectorAll("form[data-draft]")) {
	const said = document.getElementById(form.dataset.said);
	const rev = form.querySelector("input[name=rev]");
	let timer = 0, busy = false, dirty = false, stopped = false;
	const save = async () => {
		if (busy || stopped) return;
		busy = true; dirty = false;
		try {
			const r = await fetch(form.dataset.draft, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { Accept: "application/json" } });
			const a = await r.json();
			if (a.rev) rev.value = a.rev;
			if (said) said.textContent = a.say ?? "";
			stopped = r.status === 409; // somebody else wrote this draft: the page says so and stops
		} catch {
			if (said) said.textContent = form.dataset.offline;
			dirty = true;
		}
		busy = false;
		if (dirty && !stopped) timer = setTimeout(save, 1000);
	};
	const later = () => { dirty = true; clearTimeout(timer); timer = setTimeout(save, 500); };
	form.addEventListener("input", later);
	form.addEventListener("submit", () => { stopped = true; clearTimeout(timer); });
	addEventListener("pagehide", () => {
		if (dirty && !stopped) navigator.sendBeacon(form.dataset.draft, new URLSearchParams(new FormData(form)));
	});
}
