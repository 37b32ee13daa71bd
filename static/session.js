// Keeps an open page signed in, and in its own organisation.
//
// Session tokens live for a minute, so a fresh one is fetched before each runs out. Tabs share the session's cookie but
// not the organisation, so each page keeps a token of its own organisation in memory: the tab that one works in writes
// it to the cookie, and a poll of another tab brings it along. What a request says of its organisation is only compared
// by the server, never believed.
//
// Without this module the next page load refreshes by redirect; with it, forms and polls never meet an expired token.
//
// <meta name="costframe-session"> is the server's: data-url, data-session, data-organization, data-cookies,
// data-browser, data-expires.

const meta = document.querySelector('meta[name="costframe-session"]');
const EVERY_MS = 45_000;
const SPARE_MS = 10_000; // a token with less than this left is as good as expired
const YEAR_SECONDS = 365 * 24 * 3600;
const FIELD = "costframe_organization";
const TAB = "costframe-organization";
const { url, session, organization = "", cookies = "", browser } = meta?.dataset ?? {};
const names = cookies.split(",");

let token = ""; // of this page's organisation, once one was fetched
let expiresAt = Number(meta?.dataset.expires ?? 0) * 1000;
let running = null;

const isFresh = () => Date.now() < expiresAt - SPARE_MS;

function claimsOf(text) {
  try {
    return JSON.parse(atob(text.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));
  } catch {
    return {};
  }
}

function cookieNamed(name) {
  const pair = document.cookie.split("; ").find((cookie) => cookie.startsWith(`${name}=`));
  return pair?.slice(name.length + 1) ?? "";
}

const organizationOf = (claims) => (claims.v === 2 ? claims.o?.id : claims.org_id) ?? "";

// Whether the browser's cookie is of this page's session and organisation.
function holdsCookie() {
  const claims = claimsOf(cookieNamed(names[0]));
  return claims.sid === session && organizationOf(claims) === organization;
}

function writeCookie() {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  for (const name of names) {
    document.cookie = `${name}=${token}; Path=/; Max-Age=${YEAR_SECONDS}; SameSite=Lax${secure}`;
  }
}

// An address of the identity provider's Frontend API. A development instance is on another site, where its own cookie
// does not reach it; ours is sent in the query. In production there is no such cookie.
function address(base) {
  return browser ? `${base}?${new URLSearchParams({ __clerk_db_jwt: cookieNamed(browser) })}` : base;
}

async function fetchToken() {
  const body = new URLSearchParams(organization ? { organization_id: organization } : {});
  const answer = await fetch(address(url), { method: "POST", body, credentials: "include", cache: "no-store" });
  if (answer.status === 401) {
    document.dispatchEvent(new CustomEvent("costframe:signed-out"));
  }
  if (!answer.ok) {
    throw new Error(`The session could not be refreshed (${answer.status}).`);
  }
  const { jwt } = await answer.json();
  const claims = claimsOf(jwt);
  if (organizationOf(claims) !== organization) {
    throw new Error("The token is of another organisation.");
  }
  token = jwt;
  expiresAt = claims.exp * 1000;
  // Of two windows side by side, only the one that is worked in decides whose cookie it is.
  if (document.hasFocus() || holdsCookie()) {
    writeCookie();
  }
}

// One refresh at a time; never rejects, because whoever waits goes on either way and the server decides.
function refresh() {
  running ??= fetchToken()
    .catch(() => undefined)
    .finally(() => {
      running = null;
    });
  return running;
}

// Make the cookie this page's own again, at once where its token is still good. Says whether it is.
function takeBack() {
  if (!holdsCookie() && token && isFresh()) {
    writeCookie();
  }
  return holdsCookie() && isFresh();
}

function returnToTab() {
  if (document.visibilityState === "visible" && !takeBack()) {
    refresh();
  }
}

// A form sent after a sleep, or while the cookie is another tab's, is held back until the cookie is right.
async function holdForm(event) {
  const { target: form, submitter } = event;
  const isPlain = form.method.toLowerCase() === "post" && !form.matches("[hx-post], [hx-put], [hx-delete], [hx-boost]");
  if (!isPlain || event.defaultPrevented || form.dataset.ready || takeBack()) {
    return;
  }
  event.preventDefault();
  await refresh();
  if (token) {
    writeCookie();
  }
  form.dataset.ready = "true"; // send now even if refreshing failed: the server keeps what was typed
  form.requestSubmit(submitter);
  delete form.dataset.ready;
}

// The same for htmx, whose confirm event can wait.
async function holdRequest(event) {
  if (isFresh() && (holdsCookie() || token)) {
    return;
  }
  event.preventDefault();
  await refresh();
  event.detail.issueRequest(false);
}

function signRequest(event) {
  event.detail.headers["Costframe-Organization"] = organization;
  if (event.detail.verb === "get" && token && !holdsCookie()) {
    event.detail.headers.Authorization = `Bearer ${token}`; // the server takes it for reading only
  } else if (event.detail.verb !== "get") {
    takeBack();
  }
}

// Whether the next page would open in another tab's organisation.
function isAstray() {
  return Boolean(organization && !takeBack() && !holdsCookie() && cookieNamed(names[0]));
}

// The same address, naming this tab's organisation: the server switches to it on the way.
function marked(href, name = organization) {
  const target = new URL(href);
  target.searchParams.set(FIELD, name);
  return target.href;
}

function markLink(event) {
  const link = event.target instanceof Element && event.target.closest("a[href]");
  if (link && link.origin === location.origin && isAstray()) {
    link.href = marked(link.href);
  }
}

function markForm(event) {
  const form = event.target;
  if (form.method.toLowerCase() === "get" && isAstray()) {
    const field = Object.assign(document.createElement("input"), { type: "hidden", name: FIELD, value: organization });
    form.append(field);
  }
}

// A tab that is loaded again stays in the organisation that it was in, whatever the cookie became meanwhile.
function stayInOrganization() {
  const before = sessionStorage.getItem(TAB);
  sessionStorage.setItem(TAB, organization);
  const [{ type } = {}] = performance.getEntriesByType("navigation");
  if (organization && before && before !== organization && type === "reload") {
    location.replace(marked(location.href, before));
  }
}

// Signing out ends the provider's own session first; the server forgets the cookies, and says what is still open.
async function endSession(event) {
  const form = event.target;
  if (!form.matches("[data-ends-session]") || form.elements.ended) {
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  const remove = address(url.replace(/tokens$/, "remove"));
  const answer = await fetch(remove, { method: "POST", credentials: "include", cache: "no-store" }).catch(() => null);
  const ended = Object.assign(document.createElement("input"), { type: "hidden", name: "ended" });
  ended.value = String(answer?.ok ?? false);
  form.append(ended);
  form.submit();
}

if (url) {
  setInterval(() => {
    if (document.visibilityState === "visible") {
      refresh();
    }
  }, EVERY_MS);
  document.addEventListener("visibilitychange", returnToTab);
  window.addEventListener("focus", returnToTab);
  window.addEventListener("online", returnToTab);
  document.addEventListener("submit", endSession);
  document.addEventListener("submit", holdForm);
  document.addEventListener("submit", markForm);
  document.addEventListener("pointerdown", markLink, true);
  document.addEventListener("click", markLink, true);
  document.addEventListener("htmx:confirm", holdRequest);
  document.addEventListener("htmx:configRequest", signRequest);
  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status === 409) {
      refresh(); // the next poll brings this page's own token
    }
  });
  stayInOrganization();
  returnToTab();
}
