import { axeCheck, expect, open, type Page, signIn, test, unique } from '../fixtures';
import { CreateHereForm, McpServerForm } from '../pages/mcp-servers';

test.beforeEach(async ({ page, server }) => {
  await signIn(page, server, 'administrator');
});

test('searching, picking with the keyboard, and clearing', async ({ page, api }) => {
  const name = unique('PICK_ME');
  await (await api('administrator')).createCredential({ name, value: 'canary-picker' });
  await open(page, '/mcp-servers?dialog=add');
  const { dialog, picker } = new McpServerForm(page);
  await expect(dialog).toContainText('No credential: requests are sent without authentication.');
  await picker.field().fill(name.toLowerCase());
  await expect(picker.row(new RegExp(name))).toBeVisible();
  await expect(picker.row(new RegExp(name)).locator('b')).toHaveText(name);
  await expect(dialog.getByRole('status').filter({ hasText: '1 credential.' })).toBeAttached();
  await page.keyboard.press('ArrowDown');
  await expect(picker.rows().first()).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Enter');
  await expect(picker.field()).toHaveValue(name);
  await expect(picker.list()).toBeHidden();
  await expect(dialog).toContainText('Ada Administrator');
  await picker.clear().click();
  await expect(picker.field()).toHaveValue('');
  await expect(dialog).toContainText('No credential is selected.');
});

test('only picking selects: other text is marked, kept, and not saved', async ({ page }) => {
  await open(page, '/mcp-servers?dialog=add');
  const form = new McpServerForm(page);
  await form.name().fill(unique('Server'));
  await form.picker.field().fill('nothing is called so');
  await expect(form.dialog).toContainText('No results for “nothing is called so”.');
  await form.url().fill('https://mcp.example.com/mcp');
  await expect(form.dialog).toContainText('No credential named “nothing is called so”.');
  await form.save().click();
  await expect(form.picker.field()).toBeFocused();
  await expect(form.picker.field()).toHaveAttribute('aria-invalid', 'true');
  await expect(form.picker.field()).toHaveValue('nothing is called so');
});

test('Escape closes the list and not the dialog; Enter in the list does not save', async ({ page }) => {
  await open(page, '/mcp-servers?dialog=add');
  const { dialog, picker } = new McpServerForm(page);
  await picker.field().click();
  await expect(picker.field()).toHaveAttribute('aria-expanded', 'true');
  await page.keyboard.press('Enter');
  await expect(dialog).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(picker.field()).toHaveAttribute('aria-expanded', 'false');
  await expect(dialog).toBeVisible();
});

test('more than 25 credentials are counted, and found by typing', async ({ page, api }) => {
  const prefix = unique('MANY');
  const client = await api('administrator');
  for (let number = 0; number < 27; number += 1) {
    await client.createCredential({ name: `${prefix}_${number}`, value: 'canary-many' });
  }
  await open(page, '/mcp-servers?dialog=add');
  const { dialog, picker } = new McpServerForm(page);
  await picker.field().fill(prefix);
  await expect(dialog).toContainText('2 more – keep typing');
  await picker.field().fill(`${prefix}_26`);
  await expect(picker.row(new RegExp(`^${prefix}_`))).toHaveCount(1);
});

test('a full ID finds its credential', async ({ page, api }) => {
  const { id, name } = await (await api('administrator')).createCredential({ name: unique('BY_ID'), value: 'canary-by-id' });
  await open(page, '/mcp-servers?dialog=add');
  const { picker } = new McpServerForm(page);
  await picker.field().fill(id);
  await expect(picker.row(new RegExp(`^${name}`))).toBeVisible();
});

test('a list that cannot be loaded offers to try again', async ({ page, guard }) => {
  guard.allow(/Failed to load resource/);
  await open(page, '/mcp-servers?dialog=add');
  const { dialog, picker } = new McpServerForm(page);
  let fails = true;
  await page.route('**/api/v1/credentials?*', (route) => (fails ? route.abort() : route.continue()));
  await picker.field().click();
  await expect(dialog).toContainText("Couldn't load credentials.");
  fails = false;
  await picker.row('Retry').click();
  await expect(dialog.getByText("Couldn't load credentials.").first()).toBeHidden();
});

test('where there are no credentials yet, it says so and offers to create one', async ({ page, emptyServer }) => {
  await signIn(page, emptyServer, 'administrator');
  await open(page, `${emptyServer.url}/mcp-servers?dialog=add`);
  const { dialog, picker } = new McpServerForm(page);
  await picker.field().click();
  await expect(dialog).toContainText('No credentials yet.');
  await expect(picker.rows()).toHaveText(['Create credential…']);
  await axeCheck(page, 'dialog');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  const inner = new CreateHereForm(page);
  const name = unique('VERY_FIRST');
  await expect(inner.name()).toBeFocused();
  await expect(inner.name()).toHaveValue('');
  await inner.name().fill(name);
  await inner.value.paste('canary-very-first');
  await inner.save().click();
  await expect(picker.field()).toHaveValue(name);
  await picker.clear().click();
  await picker.field().click();
  await expect(picker.row(new RegExp(`^${name}`))).toBeVisible();
  await expect(dialog).not.toContainText('No credentials yet.');
});

test('a word that is still being composed is not searched for', async ({ page, api }) => {
  const { name } = await (await api('administrator')).createCredential({ name: unique('COMPOSED'), value: 'canary-composed' });
  await page.clock.install();
  await open(page, '/mcp-servers?dialog=add');
  const { picker } = new McpServerForm(page);
  await picker.field().focus();
  const searched: string[] = [];
  page.on('request', (request) => {
    const asked = request.url().includes('/api/v1/credentials?') ? new URL(request.url()).searchParams.get('search') : null;
    if (asked) searched.push(asked);
  });
  const keyboard = await page.context().newCDPSession(page);
  for (const length of [3, 7, name.length]) {
    const text = name.slice(0, length);
    await keyboard.send('Input.imeSetComposition', { text, selectionStart: length, selectionEnd: length });
    await expect(picker.field()).toHaveValue(text);
    // More than the wait of the search.
    await page.clock.runFor(1_000);
  }
  await keyboard.send('Input.insertText', { text: name });
  await page.clock.runFor(1_000);
  await expect(picker.row(new RegExp(`^${name}`))).toBeVisible();
  expect(searched, 'once, and whole').toEqual([name]);
});

test('a slow list says that it is searching', async ({ page }) => {
  await open(page, '/mcp-servers?dialog=add');
  const { dialog, picker } = new McpServerForm(page);
  await page.route('**/api/v1/credentials?*', async (route) => {
    await new Promise((done) => setTimeout(done, 1_500));
    await route.continue();
  });
  await picker.field().click();
  await expect(dialog.locator('.picker-status')).toHaveText('Searching…');
  await expect(dialog.locator('.picker-status')).not.toHaveText('Searching…');
});

test('a pasted secret is not sent to the server, and can become a credential', async ({ page }) => {
  const secret = 'sk-proj-canary00000000000000';
  const sent: string[] = [];
  page.on('request', (request) => sent.push(request.url()));
  await open(page, '/mcp-servers?dialog=add');
  const { dialog, picker } = new McpServerForm(page);
  await picker.field().click();
  await page.keyboard.insertText(secret);
  await expect(dialog).toContainText('This looks like a secret');
  await expect(picker.field()).toHaveValue('');
  expect(await page.content()).not.toContain(secret);
  await picker.row(/from pasted text/).click();
  const inner = page.getByRole('dialog', { name: 'Create credential' });
  await expect(inner.getByRole('textbox', { name: 'Value' })).toHaveAttribute('placeholder', '•••••••• (1 line)');
  expect(sent.filter((url) => url.includes('canary'))).toEqual([]);
});

test('a deleted choice is named, and the other fields can still be saved', async ({ page, api }) => {
  const client = await api('administrator');
  const credential = await client.createCredential({ name: unique('GONE'), value: 'canary-gone' });
  const name = unique('Server');
  await client.post('/mcp-servers', { name, url: 'https://mcp.example.com/mcp', credential_id: credential.id });
  await client.delete(`/credentials/${credential.id}?force=true`);
  await open(page, '/mcp-servers');
  await page.getByRole('link', { name: `Edit ${name}` }).click();
  const form = new McpServerForm(page, `Edit ${name}`);
  await expect(form.dialog).toContainText(`Ada Administrator deleted ${credential.name}`);
  await form.name().fill(`${name} renamed`);
  await form.save().click();
  await expect(form.dialog).toBeHidden();
  await expect(page.getByRole('row', { name: new RegExp(`${name} renamed`) })).toContainText('credential deleted');
});

test('who may not add servers is shown no form for it', async ({ page, server }) => {
  await page.context().clearCookies();
  await signIn(page, server, 'viewer');
  await open(page, '/mcp-servers?dialog=add');
  await expect(page.getByRole('heading', { name: 'MCP servers' })).toBeVisible();
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

/** Refuses the list of credentials, as the server does to whoever may not read them. */
async function refuseListing(page: Page): Promise<void> {
  await page.route('**/api/v1/credentials?*', (route) =>
    route.fulfill({
      status: 403,
      contentType: 'application/problem+json',
      body: JSON.stringify({ type: 'urn:strongroom:problem:forbidden', title: 'Not allowed', status: 403, detail: 'Your role does not allow this.', request_id: 'none' }),
    }),
  );
}

// No shipped role may write servers without reading and creating credentials: the answers are changed on their way.
test('who may not list credentials is told so, and a hidden choice is kept unless it is cleared', async ({ page, api }) => {
  const client = await api('administrator');
  const credential = await client.createCredential({ name: unique('HIDDEN'), value: 'canary-hidden' });
  const name = unique('Server');
  const server = await client.post<{ id: string; revision: number }>('/mcp-servers', { name, url: 'https://mcp.example.com/mcp', credential_id: credential.id });
  await refuseListing(page);
  const hide = (text: string) => {
    const answer = JSON.parse(text) as { credential?: unknown; items?: { credential?: unknown }[] };
    for (const item of answer.items ?? [answer]) if (item.credential) item.credential = { id: credential.id, state: 'hidden', name: null, owner: null, deleted_by: null, deleted_at: null };
    return JSON.stringify(answer);
  };
  await page.route(/\/api\/v1\/mcp-servers(\?|\/[0-9a-f-]+$)/, async (route) => {
    if (route.request().method() !== 'GET') return route.continue();
    const response = await route.fetch();
    await route.fulfill({ response, body: hide(await response.text()) });
  });
  await open(page, '/credentials');
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'MCP servers' }).click();
  await page.getByRole('link', { name: `Edit ${name}` }).click();
  const form = new McpServerForm(page, `Edit ${name}`);
  await expect(form.picker.field()).toHaveValue("A credential you can't see");
  await form.picker.field().click();
  await expect(form.dialog).toContainText("You don't have permission to see credentials. Ask an administrator.");
  await axeCheck(page, 'dialog');
  await page.keyboard.press('Escape');
  await form.name().fill(`${name} renamed`);
  await form.save().click();
  await expect(form.dialog).toBeHidden();
  const kept = await client.get<{ credential_id: string | null }>(`/mcp-servers/${server.id}`);
  expect(kept).toMatchObject({ name: `${name} renamed`, credential: { id: credential.id } });
  await page.getByRole('link', { name: `Edit ${name} renamed` }).click();
  const again = new McpServerForm(page, `Edit ${name} renamed`);
  await again.picker.clear().click();
  await again.save().click();
  await expect(again.dialog).toBeHidden();
  expect(await client.get<{ credential: unknown }>(`/mcp-servers/${server.id}`)).toMatchObject({ credential: null });
});

test('who may not create credentials is offered no row for it', async ({ page }) => {
  await page.route('**/mcp-servers?dialog=add', async (route) => {
    const response = await route.fetch();
    const html = await response.text();
    const permission = /\{\\?"resource\\?":\\?"credentials\\?",\\?"action\\?":\\?"create\\?",\\?"scope\\?":\\?"any\\?"\},?/g;
    expect(html.match(permission), 'the permission stands in the page').toHaveLength(1);
    await route.fulfill({ response, body: html.replace(permission, '') });
  });
  await open(page, '/mcp-servers?dialog=add');
  const { dialog, picker } = new McpServerForm(page);
  await picker.field().fill('nothing is called so');
  await expect(dialog).toContainText('No results for “nothing is called so”.');
  await expect(picker.rows()).toHaveCount(0);
});

test('changing the host clears the choice, says so, and takes it back', async ({ page, api }) => {
  const { name } = await (await api('administrator')).createCredential({ name: unique('HOSTED'), value: 'canary-host' });
  await open(page, '/mcp-servers?dialog=add');
  const form = new McpServerForm(page);
  await form.name().fill(unique('Server'));
  await form.url().fill('https://one.example.com/mcp');
  await form.picker.choose(name);
  await form.url().fill('https://two.example.com/mcp');
  await form.name().focus();
  await expect(form.dialog).toContainText('You changed one.example.com to two.example.com. Choose the credential again to confirm.');
  await expect(form.picker.field()).toHaveValue('');
  await form.save().click();
  await expect(form.dialog).toContainText('The host changed. Choose a credential for it, or continue without one.');
  await form.dialog.getByRole('button', { name: 'Undo' }).click();
  await expect(form.picker.field()).toHaveValue(name);
});

test('the open list is accessible', async ({ page }) => {
  await open(page, '/mcp-servers?dialog=add');
  await new McpServerForm(page).picker.field().click();
  await axeCheck(page, 'dialog');
});
