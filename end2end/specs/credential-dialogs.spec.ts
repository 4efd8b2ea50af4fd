import type { Locator, Route } from '@playwright/test';

import { type Api, axeCheck, expect, type GuardedMcpServer, hydrated, open, signIn, test, unique, USERS } from '../fixtures';
import { CredentialForm, CredentialsPage, DeleteDialog } from '../pages/credentials';

const CANARY = 'canary-5d20-dialogs';
const CREATE = '**/api/v1/credentials';

test.beforeEach(async ({ page, server }) => {
  await signIn(page, server, 'administrator');
});

test('a credential is added by mouse', async ({ page }) => {
  const name = unique('BY_MOUSE');
  await open(page, `/credentials?search=${name}`);
  const [list, form] = [new CredentialsPage(page), new CredentialForm(page)];
  await list.add().click();
  await expect(page).toHaveURL(/dialog=add/);
  await expect(form.name()).toBeFocused();
  await form.name().fill(name);
  await form.value.paste(CANARY);
  await form.save().click();
  await expect(form.dialog).toBeHidden();
  await expect(list.messages()).toContainText(`${name} added.`);
  await expect(list.link(name)).toBeVisible();
  await expect(page).not.toHaveURL(/dialog=/);
  expect(await page.content()).not.toContain(CANARY);
});

test('a credential is added by keyboard alone', async ({ page }) => {
  const name = unique('BY_KEYS');
  await open(page, `/credentials?search=${name}`);
  const [list, form] = [new CredentialsPage(page), new CredentialForm(page)];
  await page.keyboard.press('n');
  await expect(form.name()).toBeFocused();
  await page.keyboard.type(name);
  await page.keyboard.press('Tab');
  await expect(form.value.text()).toBeFocused();
  await page.keyboard.insertText(CANARY);
  await page.keyboard.press('Control+Enter');
  await expect(form.dialog).toBeHidden();
  await expect(list.link(name)).toBeVisible();
});

test('Enter in the name saves', async ({ page, api }) => {
  const { id, name } = await (await api('administrator')).createCredential({ name: unique('ENTER'), value: CANARY });
  await open(page, `/credentials?search=ENTER_&rename=${id}`);
  const form = new CredentialForm(page, `Rename ${name}`);
  await form.name().fill(`${name}_NOW`);
  await page.keyboard.press('Enter');
  await expect(form.dialog).toBeHidden();
  await expect(new CredentialsPage(page).messages()).toContainText(`Renamed ${name} to ${name}_NOW.`);
});

test('editing replaces the value and counts the version up', async ({ page, api }) => {
  const client = await api('administrator');
  const { id, name } = await client.createCredential({ name: unique('EDITED'), value: CANARY });
  await open(page, `/credentials?search=${name}`);
  const [list, form] = [new CredentialsPage(page), new CredentialForm(page, `Edit ${name}`)];
  await list.operation('Edit', name).click();
  await expect(page).toHaveURL((url) => url.searchParams.get('edit') === id);
  await expect(form.name()).toHaveValue(name);
  await expect(form.value.text()).toHaveValue('');
  await form.save().click();
  await expect(form.value.text()).toBeFocused();
  await expect(form.value.text()).toHaveAttribute('aria-invalid', 'true');
  await expect(form.dialog).toContainText('Enter a value.');
  await form.value.paste(`${CANARY}-2`);
  await form.save().click();
  await expect(form.dialog).toBeHidden();
  await expect(list.messages()).toContainText(`Replaced the value of ${name}.`);
  expect((await client.get<{ version: number }>(`/credentials/${id}`)).version).toBe(2);
  await expect(list.operation('Edit', name), 'the focus goes back').toBeFocused();
});

test('renaming keeps the value', async ({ page, api }) => {
  const client = await api('administrator');
  const { id, name } = await client.createCredential({ name: unique('RENAMED'), value: CANARY });
  await open(page, `/credentials?search=${name}`);
  const [list, form] = [new CredentialsPage(page), new CredentialForm(page, `Edit ${name}`)];
  await list.operation('Edit', name).click();
  await form.onlyRename().check();
  await expect(form.value.text()).toBeHidden();
  await form.name().fill(`${name}_AFTER`);
  await form.save().click();
  await expect(form.dialog).toBeHidden();
  await expect(list.link(`${name}_AFTER`)).toBeVisible();
  expect(await client.get(`/credentials/${id}`)).toMatchObject({ name: `${name}_AFTER`, version: 1 });
});

test('a name that is taken is told at its field', async ({ page, api }) => {
  const taken = await (await api('administrator')).createCredential({ name: unique('TAKEN'), value: CANARY });
  await open(page, '/credentials?dialog=add');
  const form = new CredentialForm(page);
  await form.name().fill(taken.name);
  await form.value.paste(CANARY);
  await form.save().click();
  await expect(form.name()).toBeFocused();
  await expect(form.name()).toHaveAttribute('aria-invalid', 'true');
  await expect(form.name()).toHaveAccessibleDescription(/That name is already taken\./);
  await axeCheck(page, 'dialog');
});

test('several faults are summed up, and the links lead to the fields', async ({ page }) => {
  await open(page, '/credentials?dialog=add');
  const form = new CredentialForm(page);
  await form.save().click();
  await expect(form.name()).toBeFocused();
  await expect(form.dialog.getByRole('alert').first()).toContainText('Fix 2 fields:');
  await form.dialog.getByRole('link', { name: /^Value:/ }).click();
  await expect(form.value.text()).toBeFocused();
  await expect(page).toHaveURL(/dialog=add$/);
  await axeCheck(page, 'dialog');
});

test('a name that looks like a key is refused and not repeated', async ({ page }) => {
  await open(page, '/credentials?dialog=add');
  const form = new CredentialForm(page);
  const key = 'sk-proj-canary0000000000000000';
  await form.name().fill(key);
  await form.value.paste(CANARY);
  let sent = 0;
  page.on('request', (request) => (sent += request.method() === 'POST' ? 1 : 0));
  await form.save().click();
  await expect(form.name()).toHaveAttribute('aria-invalid', 'true');
  await expect(form.dialog).not.toContainText(key);
  expect(sent).toBe(0);
});

test('Escape leaves an untouched form at once, and asks about a changed one', async ({ page }) => {
  await open(page, '/credentials');
  const [list, form] = [new CredentialsPage(page), new CredentialForm(page)];
  await list.add().click();
  await expect(form.name()).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(form.dialog).toBeHidden();
  await expect(list.add()).toBeFocused();
  await list.add().click();
  await form.name().fill('TYPED');
  await page.keyboard.press('Escape');
  await expect(form.keep()).toBeFocused();
  await axeCheck(page, 'dialog');
  await form.keep().click();
  await expect(form.name()).toHaveValue('TYPED');
  await form.cancel().click();
  await form.discard().click();
  await expect(form.dialog).toBeHidden();
  await expect(page).not.toHaveURL(/dialog=/);
});

test('a press on the backdrop closes no form', async ({ page }) => {
  await open(page, '/credentials?dialog=add');
  const form = new CredentialForm(page);
  await expect(form.dialog).toBeVisible();
  await page.mouse.click(5, 5);
  await page.mouse.click(5, 300);
  await expect(form.dialog).toBeVisible();
  await expect(form.question()).toBeHidden();
});

test('Back closes a dialog, and Forward opens it again', async ({ page }) => {
  await open(page, '/credentials');
  const [list, form] = [new CredentialsPage(page), new CredentialForm(page)];
  await list.add().click();
  await expect(form.dialog).toBeVisible();
  await page.goBack();
  await expect(form.dialog).toBeHidden();
  await expect(list.heading()).toBeVisible();
  await page.goForward();
  await expect(form.dialog).toBeVisible();
});

test('Back asks before typed text is lost', async ({ page }) => {
  await open(page, '/credentials');
  const [list, form] = [new CredentialsPage(page), new CredentialForm(page)];
  await list.add().click();
  await form.name().fill('TYPED');
  await page.goBack();
  await expect(form.question()).toBeVisible();
  await form.keep().click();
  await expect(form.name()).toHaveValue('TYPED');
  await expect(page).toHaveURL(/dialog=add/);
});

/** Presses a link of the page behind the dialog as programs do that follow links by keys: no pointer gets there. */
async function follow(link: Locator): Promise<void> {
  await link.evaluate((element: HTMLElement) => element.click());
}

test('a link leaves an untouched form at once, and asks about a changed one', async ({ page }) => {
  await open(page, '/credentials');
  const [list, form] = [new CredentialsPage(page), new CredentialForm(page)];
  const elsewhere = page.getByRole('navigation', { name: 'Main', includeHidden: true }).getByRole('link', { name: 'MCP servers', includeHidden: true });
  await list.add().click();
  await form.name().fill('TYPED');
  await follow(elsewhere);
  await expect(form.keep()).toBeFocused();
  await expect(page).toHaveURL(/\/credentials\?dialog=add$/);
  await form.keep().click();
  await expect(form.question()).toBeHidden();
  await expect(form.name()).toHaveValue('TYPED');
  await form.name().fill('');
  await follow(elsewhere);
  await expect(page.getByRole('heading', { level: 1, name: 'MCP servers' })).toBeVisible();
  await expect(form.dialog).toBeHidden();
});

test('a link to a wrong field leads there and asks nothing', async ({ page }) => {
  await open(page, '/credentials?dialog=add');
  const form = new CredentialForm(page);
  await form.name().fill('sk-proj-canary0000000000000000');
  await form.name().press('Enter');
  await form.dialog.getByRole('link', { name: /^Value:/ }).click();
  await expect(form.value.text()).toBeFocused();
  await expect(form.question()).toBeHidden();
  await expect(page).toHaveURL(/\/credentials\?dialog=add$/);
});

test('reloading and closing ask about a changed form, and not about an untouched one', async ({ page }) => {
  const asked: string[] = [];
  page.on('dialog', (dialog) => {
    asked.push(dialog.type());
    // The first time the person stays.
    void (asked.length === 1 ? dialog.dismiss() : dialog.accept());
  });
  await open(page, '/credentials?dialog=add');
  const form = new CredentialForm(page);
  // Pressed, since browsers ask only on a page that was used.
  await form.name().click();
  await page.reload();
  await hydrated(page);
  await form.name().click();
  expect(asked).toEqual([]);
  await page.keyboard.type('TYPED');
  await page.close({ runBeforeUnload: true });
  await expect.poll(() => asked).toEqual(['beforeunload']);
  await expect(form.name()).toHaveValue('TYPED');
  await page.reload();
  await hydrated(page);
  expect(asked).toEqual(['beforeunload', 'beforeunload']);
  await expect(form.name()).toHaveValue('');
  await form.name().click();
  await page.keyboard.type('TYPED');
  await form.name().fill('');
  const closed = page.waitForEvent('close');
  await page.close({ runBeforeUnload: true });
  await closed;
  expect(asked, 'nothing is there to be lost').toHaveLength(2);
});

test('Cancel, Escape and Back ask nothing where what was changed is as before', async ({ page, api }) => {
  const { id, name } = await (await api('administrator')).createCredential({ name: unique('AS_BEFORE'), value: CANARY });
  await open(page, `/credentials?search=${name}`);
  const [list, form] = [new CredentialsPage(page), new CredentialForm(page, `Edit ${name}`)];
  for (const leave of [() => form.cancel().click(), () => page.keyboard.press('Escape'), () => page.goBack()]) {
    await list.operation('Edit', name).click();
    await expect(page).toHaveURL((url) => url.searchParams.get('edit') === id);
    await form.name().fill(`${name}_CHANGED`);
    await form.name().fill(name);
    await form.value.paste(CANARY);
    await form.value.clear().click();
    await leave();
    await expect(form.dialog).toBeHidden();
    await expect(page).not.toHaveURL(/edit=/);
  }
});

test('a field is checked when it is left after a change, and never while it is typed in', async ({ page }) => {
  await open(page, '/credentials?dialog=add');
  const form = new CredentialForm(page);
  const bad = 'sk-proj-canary0000000000000000';
  await expect(form.name()).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(form.value.text()).toBeFocused();
  await expect(form.name(), 'left as it was').not.toHaveAttribute('aria-invalid');
  await page.keyboard.press('Shift+Tab');
  for (const letter of bad) {
    await page.keyboard.type(letter);
    expect(await form.name().getAttribute('aria-invalid'), `after ${letter}`).toBeNull();
  }
  await page.keyboard.press('Tab');
  await expect(form.name()).toHaveAttribute('aria-invalid', 'true');
  await expect(form.name()).toHaveAccessibleDescription(/This looks like a secret\./);
  await expect(form.value.text(), 'the focus goes on').toBeFocused();
  await form.name().fill('');
  await page.keyboard.type('FINE');
  await expect(form.name(), 'the words stay while they are acted on').toHaveAttribute('aria-invalid', 'true');
  await page.keyboard.press('Tab');
  await expect(form.name()).not.toHaveAttribute('aria-invalid');
});

test('a value is checked when it is left after a change, too', async ({ page }) => {
  await open(page, '/credentials?dialog=add');
  const form = new CredentialForm(page);
  await form.name().press('Enter');
  await expect(form.value.text()).toHaveAttribute('aria-invalid', 'true');
  await form.value.paste(CANARY);
  await expect(form.value.text()).not.toHaveAttribute('aria-invalid', { timeout: 2_000 });
});

for (const [what, begun] of [
  ['come', false],
  ['go', true],
] as const) {
  test(`a press on Save is heard when words about the field that was just left ${what}`, async ({ page }) => {
    await open(page, '/credentials?dialog=add');
    const form = new CredentialForm(page);
    if (begun) await form.save().click();
    await expect(form.dialog.getByRole('alert').filter({ hasText: 'Fix 2 fields:' })).toHaveCount(begun ? 1 : 0);
    await form.value.paste(CANARY);
    await form.name().fill(begun ? unique('CORRECTED') : 'sk-proj-canary0000000000000000');
    await form.save().click();
    if (begun) await expect(form.dialog, 'saved').toBeHidden();
    else await expect(form.name(), 'the focus is led to what is wrong').toBeFocused();
  });
}

test('Save pressed again and again sends one request', async ({ page, api }) => {
  const name = unique('ONCE');
  await open(page, '/credentials?dialog=add');
  const form = new CredentialForm(page);
  const waiting: Route[] = [];
  await page.route(CREATE, (route) => {
    if (route.request().method() === 'POST') waiting.push(route);
    else void route.continue();
  });
  await form.name().fill(name);
  await form.value.paste(CANARY);
  await form.save().dblclick();
  await form.name().press('Enter');
  await form.save().click();
  await expect(form.save()).toHaveAttribute('aria-busy', 'true');
  expect(waiting).toHaveLength(1);
  for (const route of waiting) await route.continue();
  await expect(form.dialog).toBeHidden();
  expect(waiting).toHaveLength(1);
  const found = await (await api('administrator')).get<{ total: number }>(`/credentials?search=${name}`);
  expect(found.total).toBe(1);
});

test('when the answer is lost, it looks and finds what was saved', async ({ page, guard }) => {
  guard.allow(/Failed to load resource/);
  const name = unique('LOST_ANSWER');
  await open(page, '/credentials?dialog=add');
  const form = new CredentialForm(page);
  await page.route(CREATE, async (route) => {
    if (route.request().method() !== 'POST') return route.continue();
    await route.fetch();
    return route.abort();
  });
  let letLook = () => {};
  const mayLook = new Promise<void>((resolve) => (letLook = resolve));
  await page.route('**/api/v1/credentials?*', async (route) => {
    await mayLook;
    await route.continue();
  });
  await form.name().fill(name);
  await form.value.paste(CANARY);
  await form.save().click();
  await expect(form.dialog.getByRole('alert').filter({ hasText: 'Checking whether it was saved' })).toBeVisible();
  letLook();
  await expect(form.dialog).toBeHidden();
  await expect(new CredentialsPage(page).messages()).toContainText(`${name} added.`);
});

test('when the server does not know the outcome, it looks and finds what was saved', async ({ page, guard }) => {
  guard.allow(/Failed to load resource/);
  const name = unique('UNKNOWN_OUTCOME');
  await open(page, '/credentials?dialog=add');
  const form = new CredentialForm(page);
  await page.route(CREATE, async (route) => {
    if (route.request().method() !== 'POST') return route.continue();
    await route.fetch();
    const type = 'urn:strongroom:problem:outcome-unknown';
    const problem = { type, title: 'Not known', status: 503, detail: 'Look.', request_id: 'none' };
    return route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify(problem) });
  });
  await form.name().fill(name);
  await form.value.paste(CANARY);
  await form.save().click();
  await expect(form.dialog).toBeHidden();
  await expect(new CredentialsPage(page).messages()).toContainText(`${name} added.`);
});

test('when the request is lost, it says so, and Save tries again', async ({ page, guard }) => {
  guard.allow(/Failed to load resource/);
  const name = unique('LOST_REQUEST');
  await open(page, '/credentials?dialog=add');
  const form = new CredentialForm(page);
  let lost = true;
  await page.route(CREATE, (route) => (lost && route.request().method() === 'POST' ? route.abort() : route.continue()));
  await form.name().fill(name);
  await form.value.paste(CANARY);
  await form.save().click();
  await expect(form.dialog).toContainText("your changes weren't saved");
  await expect(form.value.text()).toHaveAttribute('placeholder', '•••••••• (1 line)');
  lost = false;
  await form.save().click();
  await expect(form.dialog).toBeHidden();
});

test('a failure in general has its request ID', async ({ page, guard }) => {
  guard.allow(/Failed to load resource/);
  await open(page, '/credentials?dialog=add');
  const form = new CredentialForm(page);
  await page.route(CREATE, (route) =>
    route.request().method() === 'POST'
      ? route.fulfill({
          status: 500,
          contentType: 'application/problem+json',
          body: JSON.stringify({ type: 'urn:strongroom:problem:internal', title: 'Internal error', status: 500, detail: 'It did not work.', request_id: '0198c0de-0000-7000-8000-00000000feed' }),
        })
      : route.continue(),
  );
  await form.name().fill(unique('BROKEN'));
  await form.value.paste(CANARY);
  await form.save().click();
  await expect(form.dialog).toContainText('It did not work.');
  await expect(form.dialog).toContainText('0198c0de-0000-7000-8000-00000000feed');
  await expect(form.dialog.getByRole('button', { name: 'Copy request ID' })).toBeVisible();
});

test('who changed it meanwhile is named, and what was typed stays', async ({ page, api }) => {
  const client = await api('administrator');
  const { id, name } = await client.createCredential({ name: unique('CONFLICT'), value: CANARY });
  await open(page, `/credentials?search=${name}&edit=${id}`);
  const form = new CredentialForm(page, `Edit ${name}`);
  await form.name().fill(`${name}_MINE`);
  await form.value.paste(CANARY);
  const { revision } = await client.get<{ revision: number }>(`/credentials/${id}`);
  const changed = await client.send('PATCH', `/credentials/${id}`, { name: `${name}_THEIRS` }, { 'if-match': `"${revision}"` });
  expect(changed.status, await changed.text()).toBe(200);
  await form.save().click();
  await expect(form.dialog).toContainText(`${USERS.administrator.name} changed this while you were editing.`);
  await expect(form.name()).toHaveValue(`${name}_MINE`);
  await axeCheck(page, 'dialog');
  await form.dialog.getByRole('button', { name: 'Load latest' }).click();
  await expect(form.dialog).toContainText(`Loaded the latest version (now called ${name}_THEIRS).`);
  await form.save().click();
  await expect(form.dialog).toBeHidden();
  expect(await client.get(`/credentials/${id}`)).toMatchObject({ name: `${name}_MINE`, version: 2 });
});

test('a session that ended in the middle of a form is begun again above it', async ({ page, context, server }) => {
  const name = unique('SIGNED_OUT');
  await open(page, '/credentials?dialog=add');
  const form = new CredentialForm(page);
  await form.name().fill(name);
  await form.value.paste(CANARY);
  await context.clearCookies();
  await form.save().click();
  const again = page.getByRole('dialog', { name: 'Sign in again' });
  await expect(again.getByLabel('Password')).toBeFocused();
  await expect(again.getByLabel('Email')).toHaveValue(USERS.administrator.email);
  await axeCheck(page, 'dialog[open]');
  await again.getByLabel('Password').fill('certainly-not-this-one');
  await again.getByRole('button', { name: 'Sign in' }).click();
  await expect(again).toContainText('The email or password is incorrect.');
  await again.getByLabel('Password').fill(USERS.administrator.password);
  await again.getByRole('button', { name: 'Sign in' }).click();
  await expect(again).toBeHidden();
  await expect(form.dialog).toBeHidden();
  await expect(new CredentialsPage(page).messages()).toContainText(`${name} added.`);
  expect(server.log()).not.toContain(CANARY);
});

test('another person who signs in above a form does not send it, then or later', async ({ page, context, api }) => {
  const name = unique('OTHER_PERSON');
  await open(page, '/credentials?dialog=add');
  const form = new CredentialForm(page);
  await form.name().fill(name);
  await form.value.paste(CANARY);
  await context.clearCookies();
  await form.save().click();
  const again = page.getByRole('dialog', { name: 'Sign in again' });
  await again.getByLabel('Email').fill(USERS.manager.email);
  await again.getByLabel('Password').fill(USERS.manager.password);
  await again.getByRole('button', { name: 'Sign in' }).click();
  await expect(form.dialog).toContainText('Someone else signed in on this browser, so nothing was saved.');
  await expect(form.name()).toHaveValue(name);
  const later = page.waitForRequest((request) => request.method() === 'POST', { timeout: 1000 });
  await form.save().click();
  await expect(later, 'a second press sends nothing either').rejects.toThrow();
  await expect(form.dialog).toContainText('Reload the page to continue');
  expect((await (await api('administrator')).get<{ total: number }>(`/credentials?search=${name}`)).total).toBe(0);
  await form.dialog.getByRole('link', { name: 'Reload' }).click();
  await expect(form.name(), 'a page of their own').toHaveValue('');
});

test('deleting begins on Cancel and goes on with the next row', async ({ page, api }) => {
  const client = await api('administrator');
  const prefix = unique('NEXT_ROW');
  for (const end of ['A', 'B', 'C']) await client.createCredential({ name: `${prefix}_${end}`, value: CANARY });
  await open(page, `/credentials?search=${prefix}`);
  const list = new CredentialsPage(page);
  await list.operation('Delete', `${prefix}_B`).click();
  const question = new DeleteDialog(page, `${prefix}_B`);
  await expect(question.cancel()).toBeFocused();
  await expect(question.dialog).toContainText('Nothing in Strongroom uses it. Scripts that use its ID will fail.');
  await expect(question.dialog).toContainText("The value is deleted right away and can't be restored.");
  await axeCheck(page, 'dialog');
  await question.cancel().click();
  await expect(list.link(`${prefix}_B`)).toBeVisible();
  await expect(list.operation('Delete', `${prefix}_B`)).toBeFocused();
  await page.keyboard.press('Enter');
  await question.delete().click();
  await expect(question.dialog).toBeHidden();
  await expect(list.messages()).toContainText(`${prefix}_B deleted.`);
  await expect(list.link(`${prefix}_B`)).toBeHidden();
  await expect(list.link(`${prefix}_C`)).toBeFocused();
});

test('what is in use is deleted only with its name typed', async ({ page, api }) => {
  const client = await api('administrator');
  const { id, name } = await client.createCredential({ name: unique('IN_USE'), value: CANARY });
  const server = unique('Referrer');
  await client.post('/mcp-servers', { name: server, url: 'https://mcp.example.com/mcp', credential_id: id });
  await open(page, `/credentials?search=${name}&delete=${id}`);
  const question = new DeleteDialog(page, name);
  await expect(question.cancel()).toBeFocused();
  await expect(question.dialog.getByRole('listitem').filter({ hasText: server })).toContainText('MCP server');
  await expect(question.dialog).toContainText('Will stop connecting until you pick another credential.');
  await expect(question.dialog.getByRole('link', { name: server })).toHaveAttribute('href', /\/mcp-servers\?edit=/);
  await axeCheck(page, 'dialog');
  await question.deleteAnyway().click();
  await expect(question.confirmation()).toBeFocused();
  await expect(question.confirmation()).toHaveAttribute('aria-invalid', 'true');
  expect((await client.send('GET', `/credentials/${id}`)).status).toBe(200);
  await question.confirmation().fill(name);
  await page.keyboard.press('Enter');
  await expect(question.dialog).toBeHidden();
  expect((await client.send('GET', `/credentials/${id}`)).status).toBe(404);
  await open(page, '/mcp-servers');
  await expect(page.getByRole('row', { name: new RegExp(server) })).toContainText('credential deleted');
});

/** A credential with seven MCP servers, the first of which has used it, and five model bindings, attached in this order. */
async function usedByTwelve(client: Api, mcp: GuardedMcpServer): Promise<{ id: string; name: string; referrers: string[] }> {
  const hosts = [mcp.origin, 'mcp.example.com', 'models.example.com'];
  const { id, name } = await client.createCredential({ name: unique('TWELVE'), value: mcp.token, allowed_hosts: hosts });
  const referrers: string[] = [];
  for (let number = 1; number <= 12; number += 1) {
    const referrer = unique(`Referrer ${number}`);
    referrers.push(referrer);
    if (number > 7) {
      const settings = { provider: 'openai-compatible', base_url: 'https://models.example.com/v1', model_id: 'small', api_key: id };
      await client.post('/model-bindings', { name: referrer, settings });
    } else {
      const url = number === 1 ? mcp.url : 'https://mcp.example.com/mcp';
      const server = await client.post<{ id: string }>('/mcp-servers', { name: referrer, url, credential_id: id });
      if (number === 1) await client.post(`/mcp-servers/${server.id}/test`, {});
    }
  }
  return { id, name, referrers };
}

test('of many uses the first ten are listed, each with its last use and its fate, and the others counted', async ({ page, api, mcp }) => {
  const { id, name, referrers } = await usedByTwelve(await api('administrator'), mcp);
  await open(page, `/credentials?search=${name}&delete=${id}`);
  const question = new DeleteDialog(page, name);
  await expect(question.dialog).toContainText('12 MCP servers and model bindings use this credential and will stop working.');
  await expect(question.references()).toHaveCount(11);
  for (const [at, referrer] of referrers.slice(0, 10).entries()) {
    const item = question.references().nth(at);
    const [kind, list, stops] = at < 7 ? (['MCP server', '/mcp-servers', 'connecting'] as const) : (['Model binding', '/model-bindings', 'working'] as const);
    await expect(item.getByRole('link', { name: referrer, exact: true })).toHaveAttribute('href', new RegExp(`^${list}\\?edit=[0-9a-f-]{36}$`));
    await expect(item).toContainText(kind);
    await expect(item).toContainText(at === 0 ? /used (now|\d+ (sec|min)\.? ago)/ : 'never used');
    await expect(item).toContainText(`Will stop ${stops} until you pick another credential.`);
  }
  await expect(question.references().last()).toHaveText('and 2 more');
  for (const referrer of referrers.slice(10)) await expect(question.dialog).not.toContainText(referrer);
  const used = question.references().first().getByRole('button').filter({ has: page.locator('time') });
  await used.click();
  await expect(used, 'the exact time is in reach').toContainText('GMT+5:30');
  await axeCheck(page, 'dialog');
  expect(await page.content()).not.toContain(mcp.token);
});

// Whoever may delete credentials may see what uses them, with every shipped role: the answer is changed on its way.
test('uses that one may not see are counted apart, and deleting goes on', async ({ page, api, mcp }) => {
  const client = await api('administrator');
  const { id, name, referrers } = await usedByTwelve(client, mcp);
  await page.route(`**/api/v1/credentials/${id}/references*`, async (route) => {
    const response = await route.fetch();
    const answer = (await response.json()) as { total: number; hidden: number };
    await route.fulfill({ response, json: { ...answer, total: answer.total + 3, hidden: 3 } });
  });
  await open(page, `/credentials?search=${name}&delete=${id}`);
  const question = new DeleteDialog(page, name);
  await expect(question.dialog).toContainText('15 MCP servers and model bindings use this credential and will stop working.');
  await expect(question.references()).toHaveCount(12);
  await expect(question.references().nth(9)).toContainText(referrers[9]!);
  await expect(question.references().nth(10)).toHaveText('and 2 more');
  await expect(question.references().nth(11)).toHaveText("and 3 you can't see");
  await axeCheck(page, 'dialog');
  await question.confirmation().fill(name);
  await question.deleteAnyway().click();
  await expect(question.dialog).toBeHidden();
  expect((await client.send('GET', `/credentials/${id}`)).status).toBe(404);
});

test('uses that are all hidden are counted without a list', async ({ page, api }) => {
  const { id, name } = await (await api('administrator')).createCredential({ name: unique('ALL_HIDDEN'), value: CANARY });
  await page.route(`**/api/v1/credentials/${id}/references*`, (route) =>
    route.fulfill({ json: { items: [], total: 1, total_exact: true, next_cursor: null, previous_cursor: null, hidden: 1 } }),
  );
  await open(page, `/credentials?search=${name}&delete=${id}`);
  const question = new DeleteDialog(page, name);
  await expect(question.dialog).toContainText('1 MCP server or model binding uses this credential and will stop working.');
  await expect(question.references()).toHaveText(["and 1 you can't see"]);
  await expect(question.deleteAnyway()).toBeVisible();
});

test('a use that was added meanwhile is shown before anything is deleted', async ({ page, api }) => {
  const client = await api('administrator');
  const { id, name } = await client.createCredential({ name: unique('MEANWHILE'), value: CANARY });
  await open(page, `/credentials?search=${name}&delete=${id}`);
  const question = new DeleteDialog(page, name);
  await expect(question.delete()).toBeVisible();
  const server = unique('Newcomer');
  await client.post('/mcp-servers', { name: server, url: 'https://mcp.example.com/mcp', credential_id: id });
  await question.delete().click();
  await expect(question.dialog).toContainText('This list changed while you were looking.');
  await expect(question.dialog.getByRole('link', { name: server })).toBeVisible();
  expect((await client.send('GET', `/credentials/${id}`)).status).toBe(200);
  await question.confirmation().fill(name);
  await question.deleteAnyway().click();
  await expect(question.dialog).toBeHidden();
  expect((await client.send('GET', `/credentials/${id}`)).status).toBe(404);
});

test('a press before the page lives still opens the dialog', async ({ page }) => {
  let letGo = () => {};
  const mayLive = new Promise<void>((resolve) => (letGo = resolve));
  await page.route('**/*.wasm', async (route) => {
    await mayLive;
    await route.continue();
  });
  await page.goto('/credentials', { waitUntil: 'commit' });
  await new CredentialsPage(page).add().click({ noWaitAfter: true });
  await expect(page).toHaveURL(/dialog=add/);
  letGo();
  await expect(new CredentialForm(page).dialog).toBeVisible();
});
