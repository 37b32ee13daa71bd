// Keeps an open page signed in: session tokens live for a minute, so a fresh one is fetched before each runs out.
// Without this module the next page load refreshes by redirect; with it, forms and polls never meet an expired token.
//
// <meta name="costframe-session" data-url data-organization data-cookies data-expires> comes from the server.

const meta = document.querySelector('meta[name="costframe-session"]');
const EVERY_MS = 45_000;
const SPARE_MS = 10_000; // a token with less than this left is as good as expired
const YEAR_SECONDS = 365 * 24 * 3600;

let expiresAt = Number(meta?.dataset.expires ?? 0) * 1000;
let running = null;

const isFresh = () => Date.now() < expiresAt - SPARE_MS;

function expiryOf(token) {
  const claims = token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
  return JSON.parse(atob(claims)).exp * 1000;
}

// A development instance is on another site, where its own cookie does not reach it; ours is sent in the query.
// In production there is no such cookie. Its suffix is that of the first of the session's cookies.
function address() {
  const { url, cookies } = meta.dataset;
  const names = cookies.split(",");
  const browser = `__clerk_db_jwt${names[0].slice(names.at(-1).length)}=`;
  const pair = document.cookie.split("; ").find((cookie) => cookie.startsWith(browser));
  return pair ? `${url}?__clerk_db_jwt=${encodeURIComponent(pair.slice(browser.length))}` : url;
}

async function fetchToken() {
  const { organization } = meta.dataset;
  const body = new URLSearchParams(organization ? { organization_id: organization } : {});
  const answer = await fetch(address(), { method: "POST", body, credentials: "include", cache: "no-store" });
  if (answer.status === 401) {
    document.dispatchEvent(new CustomEvent("costframe:signed-out"));
  }
  if (!answer.ok) {
    throw new Error(`The session could not be refreshed (${answer.status}).`);
  }
  const { jwt } = await answer.json();
  const secure = location.protocol === "https:" ? "; Secure" : "";
  for (const name of meta.dataset.cookies.split(",")) {
    document.cookie = `${name}=${jwt}; Path=/; Max-Age=${YEAR_SECONDS}; SameSite=Lax${secure}`;
  }
  expiresAt = expiryOf(jwt);
}

// One refresh at a time; never rejects, because whoever waits goes on either way and the server decides.
export function refresh() {
  running ??= fetchToken()
    .catch(() => undefined)
    .finally(() => {
      running = null;
    });
  return running;
}

function refreshIfVisible() {
  if (document.visibilityState === "visible" && !isFresh()) {
    refresh();
  }
}

// A form sent after a sleep is held back until the token is fresh, then sent as it was.
async function holdForm(event) {
  const { target: form, submitter } = event;
  const isPlain = form.method.toLowerCase() === "post" && !form.matches("[hx-post], [hx-put], [hx-delete], [hx-boost]");
  if (!isPlain || event.defaultPrevented || isFresh()) {
    return;
  }
  event.preventDefault();
  await refresh();
  expiresAt = Math.max(expiresAt, Date.now() + SPARE_MS + 1000); // send now even if refreshing failed
  form.requestSubmit(submitter);
}

// The same for htmx, whose confirm event can wait.
async function holdRequest(event) {
  if (isFresh()) {
    return;
  }
  event.preventDefault();
  await refresh();
  event.detail.issueRequest(false);
}

if (meta?.dataset.url) {
  setInterval(() => {
    if (document.visibilityState === "visible") {
      refresh();
    }
  }, EVERY_MS);
  document.addEventListener("visibilitychange", refreshIfVisible);
  window.addEventListener("online", refreshIfVisible);
  document.addEventListener("submit", holdForm);
  document.addEventListener("htmx:confirm", holdRequest);
  refreshIfVisible();
}
