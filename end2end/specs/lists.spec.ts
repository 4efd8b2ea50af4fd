import type { Route } from '@playwright/test';

import { axeCheck, expect, hydrated, open, type Page, signIn, test, unique } from '../fixtures';
import { CredentialsPage } from '../pages/credentials';
import { McpServerForm, McpServersPage } from '../pages/mcp-servers';
import { ModelBindingForm } from '../pages/model-bindings';

const CANARY = 'canary-38d4-lists';

const LISTS = [
  ['Credentials', 'credentials'],
  ['MCP servers', 'mcp-servers'],
  ['Model bindings', 'model-bindings'],
  ['Users', 'users'],
  ['Audit trail', 'audit-events'],
] as const;

/** Goes to a list as people do: then the browser asks for its rows, not the server that renders a first page. */
async function follow(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name, exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name, exact: true })).toBeFocused();
}

test('rows that come late have a place to come to, which shows after 300 ms', async ({ page, server, api }) => {
  await signIn(page, server, 'administrator');
  const name = unique('Late');
  await (await api('administrator')).post('/mcp-servers', { name, url: 'https://mcp.example.com/mcp' });
  await open(page, '/credentials');
  const waiting: Route[] = [];
  await page.route('**/api/v1/mcp-servers?*', (route) => void waiting.push(route));
  await follow(page, 'MCP servers');
  const skeleton = page.getByRole('main').getByRole('status').filter({ hasText: 'Loading…' });
  await expect(skeleton).toHaveCSS('opacity', '1');
  expect(waiting).toHaveLength(1);
  // Of time only the style knows: set by hand, its clock tells what is seen when, on a slow machine, too.
  const seenAt = (milliseconds: number) =>
    skeleton.evaluate((element, time) => {
      for (const animation of element.getAnimations()) animation.currentTime = time;
      return getComputedStyle(element).opacity;
    }, milliseconds);
  expect(await seenAt(299), 'a quick answer brings no flicker').toBe('0');
  expect(await seenAt(300)).toBe('1');
  await axeCheck(page);
  await waiting[0]!.continue();
  await expect(new McpServersPage(page).row(name)).toBeVisible();
  await expect(skeleton).toHaveCount(0);
});

for (const [name, resource] of LISTS) {
  test(`${name}: a first load that fails says so, and Retry loads`, async ({ page, server, api, guard }) => {
    guard.allow(/Failed to load resource/);
    const client = await api('administrator');
    await client.createCredential({ name: unique('FIRST_LOAD'), value: CANARY });
    await client.post('/mcp-servers', { name: unique('First load'), url: 'https://mcp.example.com/mcp' });
    await client.post('/model-bindings', { name: unique('First load'), settings: { provider: 'openai', model_id: 'gpt-test' } });
    await signIn(page, server, 'administrator');
    await open(page, '/account');
    let fails = true;
    await page.route(`**/api/v1/${resource}?*`, (route) => (fails ? route.abort() : route.continue()));
    await follow(page, name);
    const failure = page.getByRole('main').getByRole('alert');
    await expect(failure.getByRole('heading', { name: "Couldn't load this list." })).toBeVisible();
    await expect(failure).toContainText("Couldn't reach the server. Check your connection.");
    await axeCheck(page);
    // Still not there: said again, and not less.
    await failure.getByRole('button', { name: 'Retry' }).click();
    await expect(failure).toContainText("Couldn't reach the server. Check your connection.");
    fails = false;
    await failure.getByRole('button', { name: 'Retry' }).click();
    await expect(page.getByRole('table', { name }).locator('tbody').getByRole('row').first()).toBeVisible();
    await expect(failure).toHaveCount(0);
  });
}

for (const [path, heading, words, add] of [
  ['/mcp-servers', 'No MCP servers yet', 'Add your first server: enter its URL, pick a credential, and test the connection.', 'Add MCP server'],
  ['/model-bindings', 'No model bindings yet', 'Add your first model: choose a provider and a model, pick the credential that holds the key, and test it.', 'Add model binding'],
] as const) {
  test(`a first look at ${path} says how to begin, and leads there`, async ({ page, emptyServer }) => {
    await signIn(page, emptyServer, 'administrator');
    await open(page, `${emptyServer.url}${path}`);
    const main = page.getByRole('main');
    await expect(main.getByRole('heading', { name: heading })).toBeVisible();
    await expect(main).toContainText(words);
    await expect(page.getByRole('table')).toHaveCount(0);
    await axeCheck(page);
    await main.getByRole('link', { name: add }).last().click();
    const form = path === '/mcp-servers' ? new McpServerForm(page) : new ModelBindingForm(page);
    await expect(form.name()).toBeFocused();
    await form.cancel().click();

    await page.context().clearCookies();
    await signIn(page, emptyServer, 'viewer');
    await page.reload();
    await hydrated(page);
    await expect(main.getByRole('heading', { name: heading })).toBeVisible();
    await expect(main.getByRole('link', { name: add }), 'who may not add is led nowhere').toHaveCount(0);
  });
}

test('a word that is still being composed is not searched for', async ({ page, server, api }) => {
  await signIn(page, server, 'administrator');
  const name = unique('COMPOSED');
  await (await api('administrator')).createCredential({ name, value: CANARY });
  await page.clock.install();
  await open(page, '/credentials');
  const list = new CredentialsPage(page);
  const searched: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes('/api/v1/credentials?')) searched.push(new URL(request.url()).searchParams.get('search') ?? '');
  });
  await list.search().focus();
  const keyboard = await page.context().newCDPSession(page);
  for (const length of [3, 7, name.length]) {
    const text = name.slice(0, length);
    await keyboard.send('Input.imeSetComposition', { text, selectionStart: length, selectionEnd: length });
    await expect(list.search()).toHaveValue(text);
    // Five times the wait of the search.
    await page.clock.runFor(1_000);
    await expect(page).not.toHaveURL(/search=/);
  }
  await keyboard.send('Input.insertText', { text: name });
  await expect(list.search()).toHaveValue(name);
  await page.clock.runFor(1_000);
  await expect(page).toHaveURL((url) => url.searchParams.get('search') === name);
  await expect.poll(() => list.names()).toEqual([name]);
  expect(searched, 'once, and whole').toEqual([name]);
});

test.describe('360 px', () => {
  test.use({ viewport: { width: 360, height: 780 } });

  test('cards are sorted by a choice, since they have no column heads', async ({ page, server, api }) => {
    const client = await api('administrator');
    const prefix = unique('CARDS');
    for (const end of ['B', 'A', 'C']) await client.createCredential({ name: `${prefix}_${end}`, value: CANARY });
    const names = (ends: string) => [...ends].map((end) => `${prefix}_${end}`);
    await signIn(page, server, 'administrator');
    await open(page, `/credentials?search=${prefix}`);
    const list = new CredentialsPage(page);
    const sort = page.getByRole('combobox', { name: 'Sort by' });
    await expect(list.table().getByRole('columnheader')).toHaveCount(0);
    await expect(sort.locator('option:checked')).toHaveText('Name, ascending');
    expect(await list.names()).toEqual(names('ABC'));
    await sort.selectOption({ label: 'Name, descending' });
    await expect(page).toHaveURL((url) => url.searchParams.get('sort') === '-name');
    await expect.poll(() => list.names()).toEqual(names('CBA'));
    await sort.selectOption({ label: 'Created, ascending' });
    await expect.poll(() => list.names()).toEqual(names('BAC'));
    await page.reload();
    await hydrated(page);
    await expect(sort.locator('option:checked')).toHaveText('Created, ascending');
    await page.goBack();
    await expect.poll(() => list.names()).toEqual(names('CBA'));
    await expect(sort.locator('option:checked'), 'the choice follows the address').toHaveText('Name, descending');
  });

  for (const [name, path] of [
    ['MCP servers', '/mcp-servers'],
    ['Model bindings', '/model-bindings'],
    ['Users', '/users'],
  ] as const) {
    test(`the cards of ${name} are sorted by a choice, too`, async ({ page, server, api }) => {
      const client = await api('administrator');
      const prefix = unique('Cards');
      for (const end of ['A', 'B']) {
        const record = `${prefix}_${end}`;
        if (name === 'MCP servers') await client.post(path, { name: record, url: 'https://mcp.example.com/mcp' });
        else if (name === 'Model bindings') await client.post(path, { name: record, settings: { provider: 'openai', model_id: 'gpt-test' } });
        else await client.post(path, { name: record, email: `${record.toLowerCase()}@example.com`, role: 'viewer' });
      }
      await signIn(page, server, 'administrator');
      await open(page, `${path}?search=${prefix}`);
      const rows = page.getByRole('table', { name }).locator('tbody').getByRole('row');
      await expect(rows).toHaveCount(2);
      await expect(rows.first()).toContainText(`${prefix}_A`);
      await page.getByRole('combobox', { name: 'Sort by' }).selectOption({ label: 'Name, descending' });
      await expect(rows.first()).toContainText(`${prefix}_B`);
      await expect(rows).toHaveCount(2);
    });
  }

  test('the ID is copied from a card, and from the menu of a card', async ({ page, context, server, api }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const client = await api('administrator');
    const prefix = unique('CARD');
    const [first, second] = [await client.createCredential({ name: `${prefix}_1`, value: CANARY }), await client.createCredential({ name: `${prefix}_2`, value: CANARY })];
    await signIn(page, server, 'administrator');
    await open(page, `/credentials?search=${prefix}`);
    const list = new CredentialsPage(page);
    const copied = () => page.evaluate(() => navigator.clipboard.readText());
    await list.row(first.name).getByRole('button', { name: `Copy ID of ${first.name}` }).click();
    await expect(list.messages()).toContainText('Copied');
    expect(await copied()).toBe(first.id);
    await list.more(second.name).click();
    await page.getByRole('menuitem', { name: 'Copy ID' }).click();
    await expect.poll(copied).toBe(second.id);
  });
});
