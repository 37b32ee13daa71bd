// Lists the organisations that one may choose, as the identity provider tells this browser. Without this module one
// types the organisation's short name. The server believes neither: it asks the provider to switch.

const AT_ONCE = 100;
const { session, browser } = document.querySelector('meta[name="costframe-session"]')?.dataset ?? {};

// A development instance is on another site, where its own cookie does not reach it; ours is sent in the query.
function known() {
  const pair = document.cookie.split("; ").find((cookie) => browser && cookie.startsWith(`${browser}=`));
  return pair ? { __clerk_db_jwt: pair.slice(browser.length + 1) } : {};
}

async function memberships(base) {
  const found = [];
  for (let total = 1; found.length < total; ) {
    const page = { paginated: "true", limit: AT_ONCE, offset: found.length, _clerk_session_id: session, ...known() };
    const query = new URLSearchParams(page);
    const answer = await fetch(`${base}?${query}`, { credentials: "include", cache: "no-store" });
    if (!answer.ok) {
      throw new Error(`The organisations could not be read (${answer.status}).`);
    }
    const { response } = await answer.json();
    found.push(...response.data);
    total = response.data.length ? response.total_count : 0;
  }
  return found.map((membership) => membership.organization);
}

async function list(form) {
  const status = form.querySelector("[role=status]");
  form.hidden = false;
  try {
    const organizations = await memberships(form.dataset.memberships);
    status.textContent = organizations.length
      ? "You are a member of:"
      : "You are a member of none yet. Ask a colleague to invite you.";
    for (const { id, name } of organizations) {
      const button = form.querySelector("template").content.cloneNode(true).querySelector("button");
      button.value = id;
      button.textContent = name;
      form.querySelector(".actions").append(button);
    }
  } catch {
    status.textContent = "The identity provider does not say which organisations you are in. Type its name instead.";
  }
}

for (const form of document.querySelectorAll("form[data-memberships]")) {
  if (session) {
    list(form);
  }
}
