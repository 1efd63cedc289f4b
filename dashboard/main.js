// The dashboard's first page. Everything shown comes from POST graphql on the same origin and is put in as text,
// never as markup: names, titles and reasons are outside text.

const PAGE = 25;
const KEY = 'undercurrent.key';

const OVERVIEW = `query Overview {
  workspace { name sample accounts signals unplaced scoredAt skipped { reason class count } }
  sources { id title families lastSignalAt signals rejected skipped { reason class count } }
}`;

const ACCOUNTS = `query Accounts($filter: AccountFilter, $first: Int, $after: String) {
  accounts(filter: $filter, orderBy: { field: HEAT, direction: DESC }, first: $first, after: $after) {
    totalCount
    pageInfo { hasNextPage endCursor }
    edges { node {
      id domain name tier owner industry employees country lastActivityAt
      heat {
        value raw band trend7d asOf modelVersion
        reasons(first: 3)
      }
      fit { value coverage disqualifiedBy }
      qualification { value tier reason }
      stage { stage reason }
      signals(first: 5) { edges { node {
        id kind source occurredAt title url match { method confidence evidence }
      } } }
    } }
  }
}`;

/** What is asked when an account is opened, not for a whole page of them. */
const STANDING = `query Standing($id: ID!) {
  account(id: $id) {
    heat {
      value raw asOf modelVersion levers { text }
      contributions(first: 10) { kind family source actor day points share signalCount reason }
    }
    handoff { ready checks { name met why } }
    surge { score status observed expected actors sources since }
    surgingTopics(first: 4) { about score status observed expected actors topic { name } cluster }
    buyingGroups { score completeness engagement status missingRoles solution { name } members { role engagement person { name title } } }
    preMqlFlags(status: OPEN) { rule confidence raisedAt reason person { name } }
  }
}`;

const byId = (id) => document.getElementById(id);
const table = byId('accounts');
const body = table.tBodies[0];
const filters = byId('filters');
const more = byId('more');
const notice = byId('notice');

/** What is on the screen: the filter it was asked with, where the next page starts, and what may still arrive. */
const shown = { count: 0, total: 0, cursor: null, request: null, tiers: new Set() };

// --- talking to the server -------------------------------------------------------------------------------------

class Problem extends Error {
  constructor(message, { code = '', hint = '' } = {}) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}

/** Data of a GraphQL request; throws `Problem`, or the abort if `signal` was aborted. */
async function ask(query, variables, signal) {
  const key = sessionStorage.getItem(KEY);
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  if (key) headers.authorization = `Bearer ${key}`;
  let response;
  try {
    response = await fetch(new URL('graphql', document.baseURI), {
      method: 'POST',
      headers,
      body: JSON.stringify({ query, variables }),
      signal,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Problem('The server can’t be reached.', {
      hint: 'Check that it runs (npm start), then try again.',
    });
  }
  const answer = await response.json().catch(() => null);
  signal?.throwIfAborted();
  const error = answer?.errors?.[0] ?? answer?.error;
  const code =
    error?.extensions?.code ?? error?.code ?? { 401: 'UNAUTHENTICATED', 403: 'FORBIDDEN' }[response.status];
  if (error || !response.ok || !answer?.data)
    throw new Problem(error?.message ?? `The server answered ${response.status} ${response.statusText}.`, {
      code,
      hint: error?.extensions?.hint ?? error?.hint,
    });
  return answer.data;
}

function readFilter() {
  const form = new FormData(filters);
  const filter = {};
  for (const name of ['search', 'tier', 'stage']) {
    const value = String(form.get(name)).trim();
    if (value) filter[name] = value;
  }
  if (form.get('minHeat')) filter.minHeat = Number(form.get('minHeat'));
  return filter;
}

/** The first page for the filter as it stands; an answer to an older question is dropped. */
async function load() {
  shown.request?.abort();
  const request = new AbortController();
  shown.request = request;
  const filter = readFilter();
  const address = new URL(location.href);
  address.search = new URLSearchParams(filter).toString();
  history.replaceState(null, '', address);
  byId('clear').hidden = Object.keys(filter).length === 0;
  table.setAttribute('aria-busy', 'true');
  if (shown.count === 0) say('Loading…');
  try {
    const { accounts } = await ask(ACCOUNTS, { filter, first: PAGE, after: null }, request.signal);
    body.replaceChildren();
    shown.count = 0;
    notice.replaceChildren();
    append(accounts);
    if (shown.count === 0) notice.replaceChildren(emptyState(filter));
  } catch (error) {
    if (!request.signal.aborted) fail(error);
  } finally {
    if (shown.request === request) table.removeAttribute('aria-busy');
  }
}

async function loadMore() {
  const request = shown.request;
  more.disabled = true;
  more.textContent = 'Loading…';
  try {
    const variables = { filter: readFilter(), first: PAGE, after: shown.cursor };
    const { accounts } = await ask(ACCOUNTS, variables, request.signal);
    const first = append(accounts);
    // The button may be gone: whoever pressed it by keyboard goes on in the new rows.
    if (more.hidden) first?.querySelector('button')?.focus();
  } catch (error) {
    if (!request.signal.aborted) fail(error);
  } finally {
    more.disabled = false;
    more.textContent = 'Load more';
  }
}

async function loadOverview() {
  try {
    const { workspace, sources } = await ask(OVERVIEW, {});
    showWorkspace(workspace);
    showSources(sources);
  } catch (error) {
    // The accounts say the same louder; what is left to say here is that the head of the page is not current.
    byId('freshness').textContent = 'Freshness unknown';
    console.warn(error);
  }
}

const refresh = () => Promise.all([loadOverview(), load()]);

// --- head of the page ------------------------------------------------------------------------------------------

function showWorkspace(workspace) {
  document.title = `${workspace.name} · Undercurrent`;
  byId('workspace').replaceChildren(
    workspace.name,
    workspace.sample
      ? el('span', { class: 'chip', title: 'Made-up companies and signals' }, 'sample data')
      : '',
  );
  byId('freshness').replaceChildren(
    ...(workspace.scoredAt ? ['Scored ', ago(workspace.scoredAt)] : ['Not scored yet']),
  );
  const count = (label, value, title) =>
    el('div', { title }, el('dt', {}, label), el('dd', {}, whole(value)));
  byId('counts').replaceChildren(
    count('accounts', workspace.accounts),
    count('signals', workspace.signals),
    count(
      'unplaced',
      workspace.unplaced,
      'Signals that belong to no account yet; they wait and are placed later',
    ),
    ...SKIPPED.map(([label, kind]) => {
      const those = workspace.skipped.filter((one) => one.class === kind);
      return count(label, sum(those), `Records not kept: ${tell(those) || 'none'}`);
    }),
  );
  byId('forget').hidden = !sessionStorage.getItem(KEY);
}

const SKIPPED = [
  ['bots', 'BOT'],
  ['AI crawlers', 'AI_CRAWLER'],
  ['left out for privacy', 'PRIVACY'],
  ['excluded', 'EXCLUDED'],
];
const sum = (skipped) => skipped.reduce((total, one) => total + one.count, 0);
const tell = (skipped) => skipped.map(({ reason, count }) => `${reason} ${whole(count)}`).join(', ');

function showSources(sources) {
  const latest = (source) => (source.lastSignalAt ? Date.parse(source.lastSignalAt) : 0);
  const items = [...sources]
    .sort((a, b) => latest(b) - latest(a) || a.title.localeCompare(b.title))
    .map((source) =>
      el(
        'li',
        { title: `${source.id}: ${source.families.map(words).join(', ')}` },
        el('strong', {}, source.title),
        el(
          'span',
          {},
          ...(source.lastSignalAt ? ['last signal ', ago(source.lastSignalAt)] : ['nothing yet']),
        ),
        el(
          'span',
          {},
          `${whole(source.signals)} received · `,
          el('span', { class: source.rejected > 0 ? 'bad' : '' }, `${whole(source.rejected)} rejected`),
          ...(source.skipped.length > 0
            ? [' · ', el('span', { title: tell(source.skipped) }, `${whole(sum(source.skipped))} skipped`)]
            : []),
        ),
      ),
    );
  byId('sources').hidden = items.length === 0;
  const list = byId('sources').querySelector('ul');
  list.replaceChildren(...items);
  // The strip scrolls sideways, which the keyboard can do only where the focus can be.
  list.tabIndex = 0;
}

// --- the accounts ----------------------------------------------------------------------------------------------

/** Adds a page of accounts to the table; gives its first row. */
function append({ edges, totalCount, pageInfo }) {
  const rows = edges.map(({ node }) => accountRows(node, ++shown.count));
  body.append(...rows.flat());
  shown.cursor = pageInfo.endCursor;
  shown.total = totalCount;
  more.hidden = !pageInfo.hasNextPage;
  table.hidden = shown.count === 0;
  for (const { node } of edges) if (node.tier) shown.tiers.add(node.tier);
  byId('tiers').replaceChildren(...[...shown.tiers].sort().map((tier) => el('option', { value: tier })));
  if (shown.count > 0)
    say(`${whole(shown.count)} of ${whole(shown.total)} ${plural(shown.total, 'account')}, hottest first`);
  return rows[0]?.[0];
}

/** The row of an account and the hidden one below it, which is filled when it is first opened. */
function accountRows(account, rank) {
  const { heat, fit, qualification, stage } = account;
  const detailId = `detail-${rank}`;
  const detail = el('tr', { role: 'row', class: 'detail', id: detailId, hidden: true });
  const toggle = el(
    'button',
    { type: 'button', class: 'expander', 'aria-expanded': 'false', 'aria-controls': detailId },
    account.name || account.domain,
  );
  toggle.addEventListener('click', () => {
    const open = toggle.getAttribute('aria-expanded') === 'false';
    toggle.setAttribute('aria-expanded', String(open));
    if (open && !detail.firstChild)
      detail.append(el('td', { role: 'cell', colspan: '9' }, ...details(account)));
    detail.hidden = !open;
  });
  const row = el(
    'tr',
    { role: 'row', class: 'account' },
    cell('rank', '', String(rank)),
    el(
      'th',
      { role: 'rowheader', scope: 'row', class: 'name' },
      toggle,
      el(
        'span',
        { class: 'quiet' },
        account.domain,
        account.tier ? el('span', { class: 'chip' }, `tier ${account.tier}`) : '',
      ),
    ),
    cell('heat', '', ...heatMeter(heat)),
    cell('trend', '7 days', trend(heat.trend7d)),
    cell('why', '', el('ul', {}, ...heat.reasons.map((reason) => el('li', {}, reason)))),
    cell('', 'Stage', el('span', { title: stage.reason }, words(stage.stage))),
    cell('', 'Fit', ...fitCell(fit)),
    cell(
      '',
      'Qualified',
      el('span', { title: qualification.reason }, words(qualification.tier)),
      el('span', { class: 'quiet' }, `${whole(qualification.value)} of 100`),
    ),
    cell('', 'Last active', account.lastActivityAt ? ago(account.lastActivityAt) : 'never'),
  );
  return [row, detail];
}

/** A cell with the label that narrow screens show, where there is no head of the table. */
function cell(name, label, ...children) {
  return el(
    'td',
    { role: 'cell', class: name },
    label ? el('span', { class: 'label', 'aria-hidden': 'true' }, label) : '',
    ...children,
  );
}

function heatMeter({ value, band }) {
  const bar = el('span', { class: 'bar', 'aria-hidden': 'true' }, el('span', {}));
  bar.firstChild.style.width = `${Math.min(100, Math.max(0, value))}%`;
  bar.dataset.band = band;
  return [
    el('span', { class: 'number' }, whole(value)),
    ' ',
    el('span', { class: 'band' }, words(band)),
    bar,
  ];
}

/** Points of heat won or lost in seven days; less than half a point is no change. */
function trend(points) {
  const steady = Math.abs(points) < 0.5;
  const arrow = steady ? '→' : points > 0 ? '▲' : '▼';
  const said = steady ? 'steady' : points > 0 ? 'up' : 'down';
  return el(
    'span',
    { class: said },
    el('span', { 'aria-hidden': 'true' }, `${arrow} `),
    el('span', { class: 'hidden-text' }, `${said} `),
    steady ? '0' : whole(Math.abs(points)),
  );
}

function fitCell({ value, coverage, disqualifiedBy }) {
  return [
    whole(value),
    disqualifiedBy
      ? el('span', { class: 'bad' }, `ruled out: ${disqualifiedBy}`)
      : el(
          'span',
          { class: 'quiet', title: 'How much of what fit looks at is known' },
          `${percent(coverage)} known`,
        ),
  ];
}

function details(account) {
  const { qualification, stage } = account;
  const facts = [
    ['Industry', account.industry],
    ['Employees', account.employees === null ? null : whole(account.employees)],
    ['Country', account.country],
    ['Owner', account.owner],
    ['Stage', `${words(stage.stage)}: ${stage.reason}`],
    ['Qualification', `${words(qualification.tier)}: ${qualification.reason}`],
  ].filter(([, value]) => value);
  return [
    el(
      'dl',
      { class: 'facts' },
      ...facts.map(([name, value]) => el('div', {}, el('dt', {}, name), el('dd', {}, value))),
    ),
    ...standing(account),
  ];
}

/** Flags, surges, buying groups and what makes the heat, filled in when they have arrived. */
function standing({ id, signals: { edges } }) {
  const place = el(
    'div',
    { class: 'standing', 'aria-busy': 'true' },
    el('p', { class: 'quiet' }, 'Loading …'),
  );
  const made = el('section', {});
  ask(STANDING, { id })
    .then(({ account }) => {
      place.replaceChildren(
        flags(account.preMqlFlags),
        surges(account.surge, account.surgingTopics),
        groups(account.buyingGroups),
        handoff(account.handoff),
        levers(account.heat),
      );
      made.replaceWith(contributions(account.heat));
    })
    .catch((error) => place.replaceChildren(el('p', { class: 'bad' }, error.message)))
    .finally(() => place.removeAttribute('aria-busy'));
  return [place, el('div', { class: 'columns' }, made, signals(edges))];
}

const section = (title, empty, items) =>
  el(
    'section',
    {},
    el('h3', {}, title),
    items.length ? el('ul', {}, ...items) : el('p', { class: 'quiet' }, empty),
  );

function flags(raised) {
  return section(
    'Open flags',
    'None: nothing says that somebody is heading for sales.',
    raised.map(({ rule, confidence, reason, raisedAt, person }) =>
      el(
        'li',
        {},
        el('strong', {}, words(rule)),
        ` ${percent(confidence)} sure, since ${formatDay(raisedAt)}${person ? `, ${person.name}` : ''}`,
        el('span', { class: 'quiet' }, reason),
      ),
    ),
  );
}

const handoff = ({ ready, checks }) =>
  section(
    ready ? 'Ready for sales' : 'Not ready for sales yet',
    '',
    checks.map(({ name, met, why }) =>
      el(
        'li',
        {},
        el('span', { 'aria-hidden': 'true' }, met ? '✓ ' : '✗ '),
        el('span', { class: 'hidden-text' }, met ? 'met: ' : 'not met: '),
        words(name),
        el('span', { class: 'quiet' }, why),
      ),
    ),
  );

const levers = ({ levers }) =>
  section(
    'What would change it most',
    'Nothing we know of.',
    levers.slice(0, 4).map(({ text }) => el('li', {}, text)),
  );

function surges(overall, topics) {
  const line = (name, { score, status, observed, expected, actors }) =>
    el(
      'li',
      {},
      el('strong', {}, name),
      ` ${words(status)}, ${whole(score)} of 100`,
      el(
        'span',
        { class: 'quiet' },
        `${one(observed)} actor-days in 3 weeks, ${one(expected)} expected; ${actors} ${plural(actors, 'actor')}`,
      ),
    );
  return section('Against its own past', 'Nothing was seen lately.', [
    ...(overall.observed > 0 || overall.expected > 0 ? [line('Everything it does', overall)] : []),
    ...topics
      .filter((one) => one.about !== 'ACCOUNT')
      .map((one) => line(one.topic?.name ?? one.cluster, one)),
  ]);
}

function groups(found) {
  return section(
    'Buying groups',
    'Nobody is known there yet.',
    found.map(({ solution, score, completeness, status, missingRoles, members }) =>
      el(
        'li',
        {},
        el('strong', {}, solution.name),
        ` ${words(status)}, ${whole(score)} of 100, ${percent(completeness)} complete`,
        el(
          'span',
          { class: 'quiet' },
          members
            .slice(0, 4)
            .map(({ person, role }) => `${person.name ?? 'somebody'} (${words(role).toLowerCase()})`)
            .join(', '),
        ),
        missingRoles.length
          ? el(
              'span',
              { class: 'quiet' },
              `Missing: ${missingRoles.map((role) => words(role).toLowerCase()).join(', ')}`,
            )
          : '',
      ),
    ),
  );
}

function contributions({ contributions: parts, raw, value, modelVersion, asOf }) {
  if (parts.length === 0)
    return el(
      'section',
      {},
      el('h3', {}, 'What makes the heat'),
      el('p', {}, 'Nothing counts at the moment.'),
    );
  const covered = parts.reduce((sum, part) => sum + part.share, 0);
  return el(
    'section',
    {},
    el('h3', {}, 'What makes the heat'),
    el(
      'p',
      { class: 'quiet' },
      `${one(raw)} points in all make a heat of ${whole(value)}. ${plural(parts.length, 'This', 'These')} ${parts.length === 1 ? 'part is' : `${parts.length} parts are`} ${percent(covered)} of them. Model ${modelVersion}, as of ${formatDay(asOf)}.`,
    ),
    el(
      'div',
      { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'What makes the heat' },
      el(
        'table',
        { class: 'parts' },
        el(
          'thead',
          {},
          el(
            'tr',
            {},
            ...['What', 'Who', 'Day'].map((name) => el('th', { scope: 'col' }, name)),
            ...['Points', 'Share'].map((name) => el('th', { scope: 'col', class: 'figure' }, name)),
          ),
        ),
        el(
          'tbody',
          {},
          ...parts.map((part) =>
            el(
              'tr',
              {},
              el(
                'td',
                {},
                part.reason,
                el(
                  'span',
                  { class: 'quiet' },
                  `${words(part.kind)} · ${part.source} · ${whole(part.signalCount)} ${plural(part.signalCount, 'signal')}`,
                ),
              ),
              el('td', { class: 'actor' }, part.actor ?? 'unknown'),
              el('td', { class: 'day' }, formatDay(part.day)),
              el('td', { class: 'figure' }, one(part.points)),
              el('td', { class: 'figure' }, percent(part.share)),
            ),
          ),
        ),
      ),
    ),
  );
}

function signals(edges) {
  const items = edges.map(({ node: { kind, source, occurredAt, title, url, match } }) =>
    el(
      'li',
      {},
      el('span', { class: 'event' }, el('strong', {}, words(kind)), ' ', ago(occurredAt), ` · ${source}`),
      title || url ? el('span', {}, webLink(url, title)) : '',
      match
        ? el(
            'span',
            { class: 'quiet' },
            `Placed by ${words(match.method)}, ${percent(match.confidence)} sure${match.evidence.length ? `: ${match.evidence.join('; ')}` : ''}`,
          )
        : el('span', { class: 'quiet' }, 'Not placed'),
    ),
  );
  return el(
    'section',
    {},
    el('h3', {}, 'Last signals'),
    items.length ? el('ol', { class: 'signals' }, ...items) : el('p', {}, 'None yet.'),
  );
}

/** A link only where it leads to a web page: `javascript:` and the like stay text. */
function webLink(url, title) {
  const parsed = url && URL.canParse(url) ? new URL(url) : null;
  const text = title || url;
  if (!parsed || !/^https?:$/.test(parsed.protocol)) return text;
  return el('a', { href: parsed.href, target: '_blank', rel: 'noopener noreferrer nofollow' }, text);
}

// --- nothing to show, and things gone wrong --------------------------------------------------------------------

function emptyState(filter) {
  more.hidden = true;
  table.hidden = true;
  if (Object.keys(filter).length > 0) {
    say('No account matches');
    const clear = el('button', { type: 'button' }, 'Clear the filters');
    clear.addEventListener('click', clearFilters);
    return el(
      'div',
      { class: 'panel' },
      el('h2', {}, 'No account matches'),
      el('p', {}, 'Ask for less: a part of the name or the domain is enough.'),
      clear,
    );
  }
  say('No accounts yet');
  return el(
    'div',
    { class: 'panel' },
    el('h2', {}, 'No accounts yet'),
    el('p', {}, 'Feed it the first signals. In a terminal, in the folder it runs in:'),
    el('pre', {}, el('code', {}, 'undercurrent sources\nundercurrent ingest <source> <file>')),
    el('p', {}, 'The first line lists what can be read, the second reads a file. Then refresh this page.'),
  );
}

function fail(error) {
  const keyed = error.code === 'UNAUTHENTICATED' || error.code === 'FORBIDDEN';
  // What is on the screen stays, unless we may no longer see it.
  if (keyed) {
    body.replaceChildren();
    table.hidden = true;
    more.hidden = true;
    shown.count = 0;
  }
  say(shown.count > 0 ? 'Not up to date' : '');
  notice.replaceChildren(keyed ? keyForm(error) : problemPanel(error));
  if (keyed) notice.querySelector('input').focus();
}

function problemPanel(error) {
  const retry = el('button', { type: 'button' }, 'Try again');
  retry.addEventListener('click', refresh);
  const known = error instanceof Problem;
  if (!known) console.error(error);
  return el(
    'div',
    { class: 'panel wrong' },
    el('h2', {}, known ? error.message : 'The server’s answer can’t be shown.'),
    el(
      'p',
      {},
      known
        ? error.hint
        : `${error.message}. The page and the server may differ in version: reload the page.`,
    ),
    retry,
  );
}

function keyForm(error) {
  const had = sessionStorage.getItem(KEY) !== null;
  const field = el('input', {
    type: 'password',
    name: 'key',
    required: true,
    autocomplete: 'off',
    spellcheck: 'false',
  });
  const form = el(
    'form',
    { class: 'panel' },
    el('h2', {}, had ? 'This key does not open the page' : 'Sign in with an API key'),
    el(
      'p',
      {},
      had
        ? error.message
        : 'It needs the scope “read”. The first key was printed when the server first started; another is made in a terminal:',
    ),
    had ? '' : el('pre', {}, el('code', {}, 'undercurrent keys create --help')),
    el('label', {}, 'API key', field),
    el('button', { type: 'submit' }, 'Sign in'),
    el('p', { class: 'quiet' }, 'The key stays in this tab and is gone when you close it.'),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    sessionStorage.setItem(KEY, field.value.trim());
    notice.replaceChildren();
    refresh();
  });
  return form;
}

function clearFilters() {
  for (const field of filters.elements) if (field.name) field.value = '';
  load();
  filters.elements.search.focus();
}

// --- making elements and words ---------------------------------------------------------------------------------

function el(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== undefined && value !== null && value !== '')
      element.setAttribute(name, value);
  element.append(...children.filter((child) => child !== ''));
  return element;
}

const say = (text) => {
  byId('status').textContent = text;
};
const number = (digits) =>
  new Intl.NumberFormat('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
const integers = number(0);
const decimals = number(1);
const whole = (value) => integers.format(value);
const one = (value) => decimals.format(value);
const percent = (share) => `${whole(share * 100)} %`;
const plural = (count, noun, many = `${noun}s`) => (count === 1 ? noun : many);

/** `ON_FIRE` and `site.pricing_view` → `On fire` and `Site pricing view`. */
function words(constant) {
  const text = constant
    .toLowerCase()
    .replace(/[._]+/g, ' ')
    .replace(/\b(ip|crm|id|url|asn)\b/g, (name) => name.toUpperCase());
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const days = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
const moments = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

/** A day as scores count it, in UTC. */
const formatDay = (day) => days.format(new Date(day));

/** A time that reads `3 hours ago` and keeps up with the clock. */
function ago(moment) {
  const date = new Date(moment);
  const time = el('time', { datetime: date.toISOString(), title: moments.format(date) });
  time.textContent = distance(date);
  return time;
}

function distance(date) {
  const elapsed = date.getTime() - Date.now();
  for (const [unit, length] of UNITS)
    if (Math.abs(elapsed) >= length) return relative.format(Math.trunc(elapsed / length), unit);
  return 'just now';
}

// --- start -----------------------------------------------------------------------------------------------------

// Said again for browsers that take a table laid out as cards for no table (the rows and cells say it themselves).
table.role = 'table';
for (const group of [table.tHead, body]) group.role = 'rowgroup';
table.tHead.rows[0].role = 'row';
for (const head of table.tHead.rows[0].cells) head.role = 'columnheader';

for (const [name, value] of new URLSearchParams(location.search)) {
  const field = filters.elements.namedItem(name);
  if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) field.value = value;
}

let typing;
filters.addEventListener('input', (event) => {
  clearTimeout(typing);
  typing = setTimeout(load, event.target instanceof HTMLInputElement ? 250 : 0);
});
filters.addEventListener('submit', (event) => {
  event.preventDefault();
  clearTimeout(typing);
  load();
});
byId('clear').addEventListener('click', clearFilters);
byId('refresh').addEventListener('click', refresh);
byId('forget').addEventListener('click', () => {
  sessionStorage.removeItem(KEY);
  location.reload();
});
more.addEventListener('click', loadMore);
setInterval(() => {
  for (const time of document.querySelectorAll('time')) time.textContent = distance(new Date(time.dateTime));
}, 60_000);

await refresh();
// A link from a digest names one account: show all of it.
if (shown.count === 1 && readFilter().search) body.querySelector('.expander').click();
