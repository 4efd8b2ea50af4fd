import { axeCheck, expect, hydrated, open, signIn, test, unique, USERS } from '../fixtures';
import { CredentialsPage } from '../pages/credentials';
import { SignInPage } from '../pages/sign-in';
import { UserDialog, UsersPage, WelcomePage } from '../pages/users';
import { Api } from '../support/api';
import { expectNothingSideways, WIDTHS } from '../support/widths';

const CANARY = 'canary-4b1d-users';
const CHOSEN = 'violet-lantern-quay-57';

test.beforeEach(async ({ page, server }) => {
  await signIn(page, server, 'administrator');
});

/** An account, as another administrator would have made it. */
async function invited(client: { post<T>(path: string, body: unknown): Promise<T> }, role = 'manager', name = unique('Ida')) {
  const email = `${name.toLowerCase().slice(0, 60)}@example.com`;
  const { user, link } = await client.post<{ user: { id: string }; link: { path: string } }>('/users', { name, email, role });
  return { id: user.id, name, email, link: link.path };
}

test('a user is added, gets a link once, and chooses a password', async ({ page, browser, server, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const name = unique('Ida');
  const email = `${name.toLowerCase()}@example.com`;
  await open(page, `/users?search=${name}`);
  const list = new UsersPage(page);
  await list.add().click();
  const form = new UserDialog(page, 'Add user');
  await expect(form.email()).toBeFocused();
  await page.keyboard.type(email);
  await page.keyboard.press('Tab');
  await page.keyboard.type(name);
  await form.role('Viewer').check();
  await form.button('Create invite link').click();
  const shown = new UserDialog(page, `Link for ${name}`);
  await expect(shown.button('Copy link')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(shown.dialog.getByRole('status', { name: 'Messages' })).toContainText('Copied');
  const link = await shown.link().inputValue();
  expect(link).toMatch(new RegExp(`^${server.url}/welcome#[\\w-]{43}$`));
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(link);
  await axeCheck(page);
  await shown.button('Done').click();
  await expect(shown.dialog).toBeHidden();
  await expect(list.row(name)).toContainText('Invited');
  await expect(list.row(name)).toContainText('never');
  expect(await page.content(), 'the link is gone with its dialog').not.toContain(link.split('#')[1]);

  const theirs = await browser.newContext({ baseURL: server.url });
  const welcome = await theirs.newPage();
  await welcome.goto(link);
  await hydrated(welcome);
  expect(welcome.url(), 'the token leaves the address').toBe(`${server.url}/welcome`);
  await axeCheck(welcome);
  await new WelcomePage(welcome).choose(CHOSEN);
  await expect(new CredentialsPage(welcome).heading()).toBeVisible();
  await welcome.goto(link);
  await new WelcomePage(welcome).choose(CHOSEN);
  await expect(new WelcomePage(welcome).error()).toContainText('This link was already used');
  await theirs.close();

  await page.evaluate(() => window.dispatchEvent(new Event('focus')));
  await expect(list.row(name)).toContainText('Active');
});

test('a link works without scripts, by pasting it', async ({ browser, server, api }) => {
  const { link } = await invited(await api('administrator'));
  const context = await browser.newContext({ baseURL: server.url, javaScriptEnabled: false });
  const page = await context.newPage();
  const welcome = new WelcomePage(page);
  await page.goto('/welcome');
  await welcome.link().fill('not-a-link');
  await welcome.choose(CHOSEN);
  await expect(welcome.error()).toContainText('This link is incomplete.');
  await welcome.link().fill(`${server.url}${link}`);
  await welcome.choose('short');
  await expect(welcome.error()).toContainText('Choose a less common password');
  await welcome.link().fill(`${server.url}${link}`);
  await welcome.choose(CHOSEN);
  await expect(new CredentialsPage(page).heading()).toBeVisible();
  await context.close();
});

test('what is wrong with a new user is told at the fields', async ({ page }) => {
  await open(page, '/users?dialog=add');
  const form = new UserDialog(page, 'Add user');
  await form.button('Create invite link').click();
  await expect(form.email()).toBeFocused();
  await expect(form.dialog.getByRole('alert').first()).toContainText('Fix 2 fields:');
  await form.email().fill(USERS.viewer.email.toUpperCase());
  await form.name().fill('Somebody');
  await form.button('Create invite link').click();
  await expect(form.email()).toHaveAttribute('aria-invalid', 'true');
  await expect(form.email()).toHaveAccessibleDescription(/That email is already in use/);
  await axeCheck(page, 'dialog');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('alertdialog', { name: 'Discard your changes?' })).toBeVisible();
});

test('a role that was chosen for a new user is not lost without a question', async ({ page }) => {
  await open(page, '/users?dialog=add');
  const form = new UserDialog(page, 'Add user');
  await form.role('Administrator').check();
  await form.button('Cancel').click();
  await expect(page.getByRole('alertdialog', { name: 'Discard your changes?' })).toBeVisible();
});

test('name and role are changed, and a change of somebody else is not overwritten unseen', async ({ page, api }) => {
  const client = await api('administrator');
  const { id, name } = await invited(client);
  await open(page, `/users?search=${name}`);
  const list = new UsersPage(page);
  await list.operation('Edit', name).click();
  const form = new UserDialog(page, `Edit ${name}`);
  await expect(form.role('Manager')).toBeChecked();
  await client.patch(`/users/${id}`, { role: 'administrator' });
  await form.name().fill(`${name} the Second`);
  await form.role('Viewer').check();
  await form.button('Save').click();
  await expect(form.dialog).toContainText('Ada Administrator changed this');
  await form.button('Load latest').click();
  await expect(form.dialog.getByRole('status').first()).toContainText('Administrator');
  await form.button('Save').click();
  await expect(form.dialog).toBeHidden();
  await expect(list.row(`${name} the Second`)).toContainText('Viewer');
});

test('a new link, disabling and enabling', async ({ page, api }) => {
  const { name } = await invited(await api('administrator'));
  await open(page, `/users?search=${name}`);
  const list = new UsersPage(page);
  await list.choose(name, 'Reset password link');
  await new UserDialog(page, `Create a link for ${name}?`).button('Create link').click();
  const shown = new UserDialog(page, `Link for ${name}`);
  await expect(shown.link()).toHaveValue(/\/welcome#[\w-]{43}$/);
  await page.keyboard.press('Escape');
  await list.choose(name, 'Disable');
  const question = new UserDialog(page, `Disable ${name}?`);
  await expect(question.button('Cancel')).toBeFocused();
  await axeCheck(page);
  await question.button('Disable').click();
  await expect(question.dialog).toBeHidden();
  await expect(list.messages()).toContainText(`${name} disabled.`);
  await expect(list.row(name)).toContainText('Disabled');
  await list.more(name).click();
  await expect(list.item('Reset password link')).toHaveCount(0);
  await list.item('Enable').click();
  await new UserDialog(page, `Enable ${name}?`).button('Enable').click();
  await expect(list.row(name)).toContainText('Invite expired');
});

test('when the answer with a new link is lost, it does not say that none was made', async ({ page, api, guard }) => {
  guard.allow(/Failed to load resource/);
  const { id, name } = await invited(await api('administrator'));
  await open(page, `/users?search=${name}&link=${id}`);
  const question = new UserDialog(page, `Create a link for ${name}?`);
  let isLost = true;
  await page.route(`**/api/v1/users/${id}/link`, async (route) => {
    if (!isLost) return route.continue();
    // It is made, and nobody hears of it.
    expect((await route.fetch()).ok()).toBe(true);
    return route.abort();
  });
  const lost = page.waitForEvent('requestfailed', (request) => request.url().endsWith('/link'));
  await question.button('Create link').click();
  await lost;
  await expect(question.button('Create link')).not.toHaveAttribute('aria-busy', 'true');
  await expect(question.dialog.getByRole('alert').filter({ hasText: "we couldn't confirm the link" })).toBeVisible();
  await expect(question.dialog).not.toContainText("weren't saved");
  // Another one ends the one that nobody has.
  isLost = false;
  await question.button('Create link').click();
  await expect(new UserDialog(page, `Link for ${name}`).link()).toHaveValue(/\/welcome#[\w-]{43}$/);
});

test('an account that owns nothing is deleted, by keyboard', async ({ page, api }) => {
  const client = await api('administrator');
  const [first, second] = [await invited(client), await invited(client)];
  await open(page, '/users?search=Ida_&sort=-created_at');
  const list = new UsersPage(page);
  await list.operation('Delete', second.name).focus();
  await page.keyboard.press('Enter');
  const question = new UserDialog(page, `Delete ${second.name}?`);
  await expect(question.button('Cancel')).toBeFocused();
  await expect(question.dialog).toContainText('owns nothing');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(question.dialog).toBeHidden();
  await expect(list.link(second.name)).toHaveCount(0);
  await expect(list.link(first.name), 'the focus goes to the next row').toBeFocused();
});

/** An account that owns a credential and what uses it. */
async function owner(server: { url: string }, client: Api, name?: string) {
  const user = await invited(client, 'manager', name);
  await fetch(`${server.url}/welcome`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ token: user.link.split('#')[1] ?? '', password: CHOSEN }),
  });
  const theirs = await Api.signIn(server.url, { email: user.email, password: CHOSEN });
  const credential = await theirs.createCredential({ name: unique('OWNED'), value: CANARY });
  const referrer = unique('Referrer');
  const own = await theirs.post<{ id: string }>('/mcp-servers', { name: referrer, url: 'https://mcp.example.com/', credential_id: credential.id });
  const model = unique('Model');
  const settings = { provider: 'openai-compatible', base_url: 'https://models.example.com/v1', model_id: 'small' };
  const binding = await theirs.post<{ id: string }>('/model-bindings', { name: model, settings });
  return { ...user, credential, referrer, server: own.id, model, binding: binding.id };
}

test('what somebody owns goes to another user', async ({ page, server, api }) => {
  const client = await api('administrator');
  const theirs = await owner(server, client);
  await open(page, `/users?search=${theirs.name}&delete=${theirs.id}`);
  const question = new UserDialog(page, `Delete ${theirs.name}?`);
  await expect(question.dialog).toContainText('owns 1 credential, 1 MCP server and 1 model binding');
  for (const fact of [theirs.credential.name, 'used by 1', theirs.referrer, theirs.model]) await expect(question.dialog).toContainText(fact);
  await expect(question.button('Cancel')).toBeFocused();
  await expect(question.newOwner().locator('option:checked')).toHaveText(`${USERS.administrator.name} (you)`);
  await axeCheck(page);
  await question.newOwner().selectOption({ label: `${USERS.manager.name}, ${USERS.manager.email}` });
  await question.button('Delete').click();
  await expect(question.dialog).toBeHidden();
  await expect(new UsersPage(page).messages()).toContainText(`${theirs.name} deleted.`);
  for (const path of [`/credentials/${theirs.credential.id}`, `/mcp-servers/${theirs.server}`, `/model-bindings/${theirs.binding}`]) {
    expect(await client.get(path)).toMatchObject({ owner: { name: USERS.manager.name } });
  }
});

test('credentials are destroyed with the account only after its name was typed', async ({ page, server, api }) => {
  const client = await api('administrator');
  const theirs = await owner(server, client);
  await open(page, `/users?search=${theirs.name}&delete=${theirs.id}`);
  const question = new UserDialog(page, `Delete ${theirs.name}?`);
  await question.choice('Delete the credentials with the account').check();
  await expect(question.dialog).toContainText('MCP servers and model bindings are transferred to you.');
  await question.button('Delete').click();
  await expect(question.confirmation()).toBeFocused();
  await expect(question.confirmation()).toHaveAttribute('aria-invalid', 'true');
  await axeCheck(page, 'dialog');
  await client.post('/mcp-servers', { name: unique('Attached meanwhile'), url: 'https://mcp.example.com/', credential_id: theirs.credential.id });
  await question.confirmation().fill(theirs.name);
  await question.button('Delete').click();
  await expect(question.dialog).toContainText('This list changed while you were looking.');
  await expect(question.dialog).toContainText('used by 2');
  await question.confirmation().fill(theirs.name);
  await question.button('Delete').click();
  await expect(question.dialog).toBeHidden();
  expect(await client.get(`/mcp-servers/${theirs.server}`)).toMatchObject({
    owner: { name: USERS.administrator.name },
    credential: { state: 'deleted', name: theirs.credential.name },
  });
});

test('one’s own account cannot be disabled or deleted from the list', async ({ page, api }) => {
  const { id } = await (await api('administrator')).get<{ id: string }>('/me');
  await open(page, `/users?search=${id}`);
  const list = new UsersPage(page);
  const { name } = USERS.administrator;
  await expect(list.row(name)).toContainText('you');
  await expect(list.operation('Delete', name)).toHaveCount(0);
  await list.more(name).click();
  await expect(page.getByRole('menuitem')).toHaveText(['Your account']);
  await page.keyboard.press('Escape');
  await list.operation('Edit', name).click();
  const form = new UserDialog(page, `Edit ${name}`);
  await form.role('Viewer').check();
  await form.button('Save').click();
  await expect(form.dialog).toContainText('This is the last active administrator.');
  await open(page, `/users?delete=${id}`);
  await expect(page.getByRole('dialog', { name: "You can't do this to your own account" })).toBeVisible();
});

test('others than administrators find no users', async ({ page, server }) => {
  await page.context().clearCookies();
  await signIn(page, server, 'manager');
  await open(page, '/credentials');
  await expect(page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Users' })).toHaveCount(0);
  await page.goto('/users?dialog=add');
  await hydrated(page);
  await expect(page.getByRole('heading', { name: "You don't have permission to see this list. Ask an administrator." })).toBeVisible();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByText(USERS.viewer.name)).toHaveCount(0);
  await axeCheck(page);
});

test('search, order and no match', async ({ page, api }) => {
  const client = await api('administrator');
  const { name, email } = await invited(client);
  await open(page, '/users');
  const list = new UsersPage(page);
  await list.search().fill(email);
  await expect(list.table().locator('tbody').getByRole('row')).toHaveCount(1);
  await expect(list.link(name)).toBeVisible();
  await list.search().fill('nobody-is-called-so');
  await expect(page.getByRole('heading', { name: 'No results for “nobody-is-called-so”.' })).toBeVisible();
  await page.getByRole('link', { name: 'Clear search' }).click();
  await expect(list.link(name)).toBeVisible();
  await axeCheck(page);
});

for (const width of WIDTHS) {
  test(`at ${width} px no fact of a user is lost and nothing scrolls sideways`, async ({ page, api }) => {
    const { name, email } = await invited(await api('administrator'));
    await page.setViewportSize({ width, height: 900 });
    await open(page, `/users?search=${email}`);
    const list = new UsersPage(page);
    const text = await list.row(name).innerText();
    for (const fact of [name, email, 'Manager', 'Invited', 'never']) expect(text).toContain(fact);
    for (const words of ['Edit', 'Delete']) await expect(list.operation(words, name)).toBeInViewport({ ratio: 1 });
    await expectNothingSideways(page, 'the list');
    await list.add().click();
    await expect(new UserDialog(page, 'Add user').email()).toBeVisible();
    await expectNothingSideways(page, 'the dialog Add');
  });

  test(`at ${width} px every dialog about a user fits, even with the longest names`, async ({ page, server, api }) => {
    const client = await api('administrator');
    const theirs = await owner(server, client, unique('Ida').padEnd(128, '_and_on'));
    await page.setViewportSize({ width, height: 900 });
    await open(page, `/users?search=${theirs.email}`);
    await expectNothingSideways(page, 'the list');
    for (const [address, title] of [
      ['edit', `Edit ${theirs.name}`],
      ['link', `Create a link for ${theirs.name}?`],
      ['switch', `Disable ${theirs.name}?`],
      ['delete', `Delete ${theirs.name}?`],
    ] as const) {
      await open(page, `/users?search=${theirs.email}&${address}=${theirs.id}`);
      const { button } = new UserDialog(page, title);
      await expect(button('Cancel')).toBeInViewport({ ratio: 1 });
      await expectNothingSideways(page, address);
    }
    await new UserDialog(page, `Delete ${theirs.name}?`).choice('Delete the credentials with the account').check();
    await expectNothingSideways(page, 'deleting the credentials, too');
    await open(page, `/users?search=${theirs.email}&link=${theirs.id}`);
    await new UserDialog(page, `Create a link for ${theirs.name}?`).button('Create link').click();
    await expect(new UserDialog(page, `Link for ${theirs.name}`).link()).toBeVisible();
    await expectNothingSideways(page, 'the link');
    await client.patch(`/users/${theirs.id}`, { disabled: true });
    await open(page, `/users?search=${theirs.email}&switch=${theirs.id}`);
    await expect(new UserDialog(page, `Enable ${theirs.name}?`).button('Enable')).toBeVisible();
    await expectNothingSideways(page, 'enabling');
  });
}

test('whoever is disabled is out with the next click', async ({ page, browser, server, api }) => {
  const client = await api('administrator');
  const theirs = await owner(server, client);
  const context = await browser.newContext({ baseURL: server.url });
  const their = await context.newPage();
  await their.goto('/sign-in');
  await new SignInPage(their).signIn({ email: theirs.email, password: CHOSEN });
  await expect(new CredentialsPage(their).heading()).toBeVisible();
  await open(page, `/users?switch=${theirs.id}`);
  const question = new UserDialog(page, `Disable ${theirs.name}?`);
  await question.button('Disable').click();
  await expect(question.dialog).toBeHidden();
  await expect(new UsersPage(page).messages()).toContainText('disabled.');
  await their.goto('/mcp-servers');
  await expect(new SignInPage(their).heading()).toBeVisible();
  await context.close();
});
