/** The served page in a real browser, on the sample. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { runCli, type Server, startServer } from '../support/server.ts';

// Processes, each a second or more where others use the machine too.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const executablePath = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
].find((one) => one !== undefined && fs.existsSync(one));

test('there is a browser where one is promised', () => {
  // Elsewhere the page is left untested rather than the tests unusable.
  if (process.env.CI === 'true')
    expect(executablePath, 'install chromium, or set CHROMIUM_PATH').toBeDefined();
  else if (!executablePath) console.warn('No Chromium found: set CHROMIUM_PATH to test the dashboard.');
});

describe.runIf(executablePath)('the dashboard', () => {
  let root: string;
  let server: Server;
  let browser: Browser;
  let page: Page;
  let complaints: string[];
  const env = () => ({ UNDERCURRENT_DATA: path.join(root, 'data') });

  beforeAll(async () => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), 'undercurrent dashboard '));
    fs.chmodSync(root, 0o711);
    [server, browser] = await Promise.all([
      startServer(env(), ['--welcome']),
      chromium.launch({ executablePath, args: FLAGS }),
    ]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.end();
    fs.rmSync(root, { recursive: true, force: true });
  });

  beforeEach(async () => {
    complaints = [];
    page = await browser.newPage();
    page.setDefaultTimeout(20_000);
    page.on('pageerror', (error) => complaints.push(`page error: ${error.message}`));
    // Violations of the content security policy are told on the console too.
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('requestfailed', (request) => {
      // A search that is overtaken by the next one is given up on purpose.
      if (request.failure()?.errorText !== 'net::ERR_ABORTED') complaints.push(`failed: ${request.url()}`);
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(server.url)) complaints.push(`asked elsewhere: ${request.url()}`);
    });
  });
  afterEach(async () => {
    await page.close();
  });

  const accounts = () => page.locator('#accounts tbody tr.account');
  const open = async () => {
    await page.goto(server.url);
    await accounts().first().waitFor();
  };

  test('shows the hottest accounts, hottest first, with their reasons, signed in by itself', async () => {
    await open();
    const hot = await runCli(['hot', '--limit', '25', '--json'], { env: env() });
    const expected = JSON.parse(hot.stdout) as {
      name: string;
      domain: string;
      heat: number;
      reasons: string[];
    }[];
    expect(await accounts().locator('.expander').allTextContents()).toEqual(expected.map((one) => one.name));
    for (const [at, one] of expected.slice(0, 5).entries()) {
      const row = accounts().nth(at);
      expect(await row.locator('td.why li').allTextContents()).toEqual(one.reasons);
      expect(await row.locator('td.heat .number').textContent()).toBe(String(Math.round(one.heat)));
      expect(await row.textContent()).toContain(one.domain);
    }
    expect(await page.locator('#status').textContent()).toMatch(/^25 of \d{3} accounts, hottest first$/);
    expect(await page.locator('#workspace').textContent()).toContain('sample data');
    expect(await page.locator('#notice').textContent()).toBe('');
    expect(complaints).toEqual([]);
  });

  test('an account opens by keyboard and shows where its points come from and its last signals', async () => {
    await open();
    const toggle = accounts().first().locator('.expander');
    await toggle.focus();
    await page.keyboard.press('Enter');
    expect(await toggle.getAttribute('aria-expanded')).toBe('true');
    const detail = page.locator(`#${await toggle.getAttribute('aria-controls')}`);
    const standing = detail.locator('.standing:not([aria-busy])');
    await standing.waitFor({ timeout: 20_000 });
    const points = await detail.locator('tbody tr').allTextContents();
    expect(points.length).toBeGreaterThan(3);
    expect(points[0]).toMatch(/\d+ signals?.*\d+\.\d/);
    expect(await detail.locator('ol.signals li').count()).toBe(5);
    expect(await detail.locator('ol.signals').textContent()).toMatch(/Placed by .*% sure/);
    expect(await standing.locator('h3').allTextContents()).toEqual([
      'Open flags',
      'Against its own past',
      'Buying groups',
      expect.stringMatching(/^(Ready|Not ready) for sales/),
      'What would change it most',
    ]);
    expect(await standing.textContent()).toMatch(/actor-days in 3 weeks.*% complete.*needs 75/);
    await page.keyboard.press('Enter');
    expect(await detail.isVisible()).toBe(false);
    expect(complaints).toEqual([]);
  });

  test('search narrows to a name, says when there is none, and comes back with the address', async () => {
    await open();
    const name = (await accounts().nth(3).locator('.expander').textContent())!;
    const search = page.getByLabel('Search');
    await search.fill(name.split(' ')[0]!.toLowerCase());
    await expect.poll(() => accounts().count(), { timeout: 20_000 }).toBe(1);
    expect(await accounts().locator('.expander').textContent()).toBe(name);
    expect(new URL(page.url()).searchParams.get('search')).toBe(name.split(' ')[0]!.toLowerCase());

    await page.reload();
    await accounts().first().waitFor();
    expect(await accounts().count()).toBe(1);
    await page.getByLabel('Search').fill('no such company');
    await page.getByRole('heading', { name: 'No account matches' }).waitFor();
    await page.getByRole('button', { name: 'Clear the filters' }).click();
    await expect.poll(() => accounts().count(), { timeout: 20_000 }).toBe(25);
    expect(complaints).toEqual([]);
  });

  test('more accounts are loaded on demand, each once', async () => {
    await open();
    await page.getByRole('button', { name: 'Load more' }).click();
    await expect.poll(() => accounts().count(), { timeout: 20_000 }).toBe(50);
    const names = await accounts().locator('.expander').allTextContents();
    expect(new Set(names).size).toBe(50);
    expect(complaints).toEqual([]);
  });

  test('360 pixels are wide enough: nothing scrolls sideways, folded or open', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await open();
    const overflow = () =>
      page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(await overflow()).toBe(0);
    await accounts().first().locator('.expander').click();
    expect(await overflow()).toBe(0);
    expect(await accounts().first().locator('td.why').isVisible()).toBe(true);
    expect(complaints).toEqual([]);
  });

  test('with a key that does not fit it asks for another, and names of companies stay text', async () => {
    await page.addInitScript(() => {
      if (!sessionStorage.getItem('undercurrent.key')) sessionStorage.setItem('undercurrent.key', 'wrong');
    });
    await page.goto(server.url);
    await page.getByRole('heading', { name: 'This key does not open the page' }).waitFor();
    expect(await accounts().count()).toBe(0);

    const name = '<img src=x onerror=alert(1)> "Quotes" & Söhne';
    const imported = await runCli(['import', 'accounts', '-'], {
      env: env(),
      input: `name,domain\n"${name.replaceAll('"', '""')}",markup.example\n`,
    });
    expect(imported.code).toBe(0);
    const made = await runCli(['keys', 'create', 'page', '--scopes', 'read'], { env: env() });
    await page.getByLabel('API key').fill(made.stdout.trim());
    await page.getByRole('button', { name: 'Sign in' }).click();
    await accounts().first().waitFor();
    await page.getByLabel('Search').fill('markup.example');
    await expect
      .poll(() => accounts().locator('.expander').allTextContents(), { timeout: 20_000 })
      .toEqual([name]);
    expect(await page.locator('#accounts img').count()).toBe(0);
    // The browser itself notes the refusals on the console.
    expect(
      complaints.filter((text) => !/401|Forget|API key|UNAUTHENTICATED|wrong or revoked/.test(text)),
    ).toEqual([]);
  });
});
