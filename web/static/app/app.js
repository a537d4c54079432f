// Keyboard first: "?" help, "/" search, j/k rows, "n" new, "g x" go, Ctrl+Enter sends. No framework.
const rows = () => [...document.querySelectorAll("a[data-row]")];
const step = (d) => {
	const r = rows();
	const i = r.indexOf(document.activeElement);
	r[Math.max(0, Math.min(r.length - 1, i + d))]?.focus();
};
const goes = { h: "/", s: "/handover", i: "/inquiries", c: "/cases", n: "/incidents", t: "/tasks", b: "/bank", f: "/filings", r: "/reminders" };
const help = () => document.getElementById("keymap")?.showModal();
const keys = {
	j: () => step(1), k: () => step(-1), "?": help,
	"/": () => document.getElementById("find")?.focus(),
	n: () => document.querySelector("[data-new]")?.click(),
};
// On a task: "e" finishes it, "c" comments, "h" hands it over, "m" takes it.
for (const key of "echm") keys[key] = () => {
	const at = document.querySelector(`[data-key="${key}"]`);
	if (at?.matches("button")) at.click(); else at?.focus();
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

// A wide drawing opens at the step that waits for somebody.
for (const box of document.querySelectorAll(".scroll[data-at]")) {
	const node = document.getElementById(box.dataset.at)?.getBoundingClientRect();
	if (!node) continue;
	const frame = box.getBoundingClientRect();
	box.scrollLeft += node.left - frame.left - (frame.width - node.width) / 2;
	box.scrollTop += node.top - frame.top - (frame.height - node.height) / 2;
}

// A form with data-draft saves itself: half a second after the last key, and when the page is left.
for (const form of document.querySelectorAll("form[data-draft]")) {
	const said = document.getElementById(form.dataset.said);
	const rev = form.querySelector("input[name=rev]");
	let timer = 0, wait = 0; // wait: seconds until the next try after a failed one
	let busy = null, dirty = false, over = false, leaving = false, out = false;
	const say = (text) => { if (said) said.textContent = text ?? ""; };
	const body = (ahead = 0) => {
		const b = new URLSearchParams(new FormData(form));
		b.set("rev", Number(rev.value) + ahead);
		return b;
	};
	const failed = (text) => { dirty = true; wait = Math.min(wait * 2 || 1, 30); say(text); };
	const send = async () => {
		dirty = false;
		const b = body();
		try {
			const r = await fetch(form.dataset.draft, {
				method: "POST", body: b, headers: { Accept: "application/json" },
				keepalive: b.toString().length < 60000, // browsers refuse longer ones
				signal: AbortSignal.timeout(15000), // a submit waits for this
			});
			out = r.status === 401;
			if (out) return failed(form.dataset.signedOut);
			const a = await r.json();
			if (a.rev) rev.value = a.rev;
			say(a.say);
			over = r.status === 409; // somebody else wrote this draft: the page says so and stops
			wait = 0;
		} catch { failed(form.dataset.offline); }
	};
	const save = () => {
		if (over || leaving) return busy;
		return busy ??= send().finally(() => { busy = null; if (dirty) arm(); });
	};
	const arm = () => { clearTimeout(timer); timer = setTimeout(save, wait * 1000 || 500); };
	form.addEventListener("input", () => { dirty = true; if (!wait) arm(); }); // while it fails, the next try is set
	// A submit waits for a save that is running, which raises the revision, and for a sign-in.
	let held = false;
	form.addEventListener("submit", async (e) => {
		if (!busy && !out) { leaving = true; dirty = false; clearTimeout(timer); return; }
		e.preventDefault();
		if (held) return;
		held = true;
		await busy;
		if (out) await save();
		held = false;
		if (!out) form.requestSubmit(e.submitter);
	});
	addEventListener("pageshow", (e) => { if (e.persisted) { leaving = false; save(); } }); // back again
	addEventListener("pagehide", () => {
		if (over || leaving || !(busy || dirty)) return;
		// Nobody knows whether the running save will arrive: one of two revisions fits.
		for (const ahead of busy && dirty ? [0, 1] : [0]) navigator.sendBeacon(form.dataset.draft, body(ahead));
	});
}
