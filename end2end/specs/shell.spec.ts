import { expect, hydrated, open, type Page, signIn, test, unique, USERS } from '../fixtures';
import { CredentialForm, CredentialsPage } from '../pages/credentials';
import { AccountMenu } from '../pages/users';
import { ValueField } from '../pages/value-field';
import { expectNowhere } from '../support/nowhere';

const CANARY = 'canary-e1b7-shell';

test.beforeEach(async ({ page, server }) => {
  await signIn(page, server, 'administrator');
});

test('the theme is kept, and the server sends it with the page', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await open(page, '/credentials');
  const menu = new AccountMenu(page);
  const theme = menu.theme();
  await menu.button().click();
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  await expect(theme.getByRole('button', { name: 'System' })).toHaveAttribute('aria-pressed', 'true');
  await theme.getByRole('button', { name: 'Dark' }).click();
  await expect(theme.getByRole('button', { name: 'Dark' })).toHaveAttribute('aria-pressed', 'true');
  await expect.poll(background).not.toBe(light);
  const dark = await background();
  const answer = await page.request.get('/credentials');
  expect(await answer.text(), 'no flash: the first byte knows the theme').toMatch(/<html[^>]* data-theme="dark"/);
  await page.reload();
  await hydrated(page);
  await expect.poll(background).toBe(dark);
  await menu.button().click();
  await expect(theme.getByRole('button', { name: 'Dark' })).toHaveAttribute('aria-pressed', 'true');
  await theme.getByRole('button', { name: 'System' }).click();
  await expect.poll(background).toBe(light);
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect.poll(background).toBe(dark);
});

test('single keys search, add and explain themselves', async ({ page }) => {
  await open(page, '/credentials');
  const list = new CredentialsPage(page);
  const hint = page.getByRole('search').getByText('/', { exact: true });
  await expect(hint).toBeVisible();
  await page.keyboard.press('/');
  await expect(list.search()).toBeFocused();
  await expect(list.search()).toHaveValue('');
  await page.keyboard.type('n?/');
  await expect(hint).toBeHidden();
  await expect(list.search()).toHaveValue('n?/');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByRole('heading', { name: /^No results for/ })).toBeVisible();
  await list.heading().focus();
  await page.keyboard.press('n');
  const form = new CredentialForm(page);
  await expect(form.name()).toBeFocused();
  await form.cancel().focus();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog')).toHaveCount(1);
  await page.keyboard.press('Escape');
  await expect(form.dialog).toBeHidden();
  await page.keyboard.press('?');
  const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await expect(help).toContainText('Search the list');
});

test('the shortcuts can be turned off for good', async ({ page }) => {
  await open(page, '/credentials');
  const list = new CredentialsPage(page);
  await new AccountMenu(page).openShortcuts();
  const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await help.getByRole('checkbox', { name: /Use single-key shortcuts/ }).uncheck();
  await page.keyboard.press('Escape');
  await expect(help).toBeHidden();
  await page.reload();
  await hydrated(page);
  for (const key of ['/', 'n', '?']) await page.keyboard.press(key);
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(list.search()).not.toBeFocused();
  await new AccountMenu(page).openShortcuts();
  await help.getByRole('checkbox', { name: /Use single-key shortcuts/ }).check();
  await page.keyboard.press('Escape');
  await expect(help).toBeHidden();
  await page.keyboard.press('/');
  await expect(list.search()).toBeFocused();
});

test('the first stop of the keyboard skips to the content', async ({ page }) => {
  await open(page, '/credentials');
  await page.keyboard.press('Tab');
  const skip = page.getByRole('link', { name: 'Skip to content' });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
});

test('navigation names the page, focuses its heading and marks where one is', async ({ page }) => {
  await open(page, '/credentials');
  await expect(page).toHaveTitle('Credentials · Strongroom');
  const navigation = page.getByRole('navigation', { name: 'Main' });
  await navigation.getByRole('link', { name: 'MCP servers' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'MCP servers' })).toBeFocused();
  await expect(page).toHaveTitle('MCP servers · Strongroom');
  await expect(navigation.getByRole('link', { name: 'MCP servers' })).toHaveAttribute('aria-current', 'page');
  await expect(navigation.getByRole('link', { name: 'Credentials' })).not.toHaveAttribute('aria-current');
  await page.goBack();
  await expect(page.getByRole('heading', { level: 1, name: 'Credentials' })).toBeFocused();
  await expect(page).toHaveTitle('Credentials · Strongroom');
});

test('on a narrow screen the navigation opens from a button', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 800 });
  await open(page, '/credentials');
  const link = page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'MCP servers' });
  await expect(link).toBeHidden();
  await page.getByRole('button', { name: 'Menu', exact: true }).click();
  await link.click();
  await expect(page.getByRole('heading', { level: 1, name: 'MCP servers' })).toBeVisible();
  await expect(link).toBeHidden();
});

test('an unknown address says so and leads on', async ({ page, guard }) => {
  guard.allow(/status of 404/);
  const response = await page.goto('/nothing-here');
  expect(response?.status()).toBe(404);
  await expect(page.getByRole('heading', { level: 1, name: 'Page not found' })).toBeVisible();
  await hydrated(page);
  await page.getByRole('link', { name: 'Go to Credentials' }).click();
  await expect(new CredentialsPage(page).heading()).toBeVisible();
});

test('without its program a page says so and can still be read', async ({ page, guard, api }) => {
  guard.allow(/Failed to load resource|fetch|wasm|WebAssembly/i);
  const { id, name } = await (await api('administrator')).createCredential({ name: unique('STILL_READ'), value: CANARY });
  await page.route('**/*.wasm', (route) => route.abort());
  await page.goto(`/credentials?search=${name}`);
  const bar = page.getByRole('alert').filter({ hasText: 'Something went wrong' });
  await expect(bar).toBeVisible();
  const list = new CredentialsPage(page);
  await list.link(name).click();
  await expect(page).toHaveURL(new RegExp(`/credentials/${id}$`));
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  await page.unroute('**/*.wasm');
  await bar.getByRole('link', { name: 'Reload' }).click();
  await hydrated(page);
  await expect(bar).toBeHidden();
});

test('a part of the page that is gone from the server says so, and a reload brings it', async ({ page, guard }) => {
  test.skip(Boolean(process.env.STRONGROOM_SITE_DIR), 'only a release is cut into chunks');
  guard.allow(/status of 404|split|chunk|wasm|WebAssembly/i);
  await open(page, '/credentials');
  // As after an update of the server: the files of the build that made the page are not there any more.
  await page.route(/\/pkg\/.*(split|chunk)_[^/]*\.wasm$/, (route) => route.fulfill({ status: 404, body: '' }));
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'MCP servers' }).click();
  const gone = page.getByRole('alert').filter({ hasText: "Couldn't load this part of the page. Check your connection, then reload." });
  await expect(gone).toBeVisible();
  await expect(page).toHaveURL(/\/mcp-servers$/);
  await page.unrouteAll();
  await gone.getByRole('link', { name: 'Reload' }).click();
  await hydrated(page);
  await expect(page.getByRole('heading', { level: 1, name: 'MCP servers' })).toBeVisible();
  await expect(gone).toHaveCount(0);
});

/** Lets the API answer as a server of another build. */
async function answerFromAnotherBuild(page: Page): Promise<void> {
  await page.route('**/api/v1/**', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, headers: { ...response.headers(), 'x-strongroom-build': 'another' } });
  });
}

test('an answer from another build offers a reload, once what is typed is finished', async ({ page, api }) => {
  const name = unique('REBUILT');
  await (await api('administrator')).createCredential({ name, value: CANARY });
  await open(page, `/credentials?search=${name}`);
  const bar = page.getByRole('status').filter({ hasText: 'A new version of Strongroom is available. Finish typing, then reload.' });
  await page.evaluate(() => window.dispatchEvent(new Event('focus')));
  await expect(page.getByRole('button', { name: `More actions for ${name}` })).toBeVisible();
  await expect(bar, 'the build that made the page answers').toBeHidden();

  await open(page, '/account');
  const [own, chosen] = [page.getByRole('textbox', { name: 'Name' }), page.getByLabel('New password')];
  await answerFromAnotherBuild(page);
  await chosen.fill(CANARY);
  await own.fill(' ');
  await own.press('Enter');
  await expect(bar, 'nothing was asked for yet').toBeHidden();
  await own.fill(USERS.administrator.name);
  await own.press('Enter');
  await expect(page.getByRole('status', { name: 'Messages' })).toContainText('Name saved.');
  await expect(bar).toBeVisible();
  await expect(own).toHaveValue(USERS.administrator.name);
  await expect(chosen, 'what was typed elsewhere stays').toHaveValue(CANARY);
  // It goes on working for as long as one likes.
  await own.fill('typed after that');
  await expect(bar).toBeVisible();
  await page.unrouteAll();
  await bar.getByRole('link', { name: 'Reload' }).click();
  await hydrated(page);
  await expect(page).toHaveURL(/\/account$/);
  await expect(bar).toBeHidden();
  await expect(own).toHaveValue(USERS.administrator.name);
  await expect(chosen).toHaveValue('');
});

test('a refusal by another build leaves the dialog and what was typed in it', async ({ page, api }) => {
  const taken = await (await api('administrator')).createCredential({ name: unique('TAKEN'), value: 'other' });
  await open(page, '/credentials?dialog=add');
  await answerFromAnotherBuild(page);
  const form = new CredentialForm(page);
  await form.name().fill(taken.name);
  await form.value.paste(CANARY);
  await form.save().click();
  await expect(form.name()).toHaveAttribute('aria-invalid', 'true');
  await expect(form.name()).toHaveValue(taken.name);
  await expect(form.value.text()).toHaveAttribute('placeholder', '•••••••• (1 line)');
  const name = unique('STILL_SAVED');
  await form.name().fill(name);
  await form.save().click();
  await expect(form.dialog, 'finished before the reload').toBeHidden();
  await expect(new CredentialsPage(page).messages()).toContainText(`${name} added.`);
  const bar = page.getByRole('status').filter({ hasText: 'A new version of Strongroom is available.' });
  await bar.getByRole('link', { name: 'Reload' }).click();
  await hydrated(page);
  await expect(bar).toBeHidden();
});

test('with a dialog open, the offer of a reload is in reach by mouse and by keyboard', async ({ page, api }) => {
  const taken = await (await api('administrator')).createCredential({ name: unique('TAKEN'), value: 'other' });
  for (const width of [1280, 360]) {
    await page.setViewportSize({ width, height: 720 });
    await open(page, '/credentials?dialog=add');
    await answerFromAnotherBuild(page);
    const form = new CredentialForm(page);
    await form.name().fill(taken.name);
    await form.value.paste(CANARY);
    await form.save().click();
    await expect(form.name()).toHaveAttribute('aria-invalid', 'true');
    const reload = page.getByRole('link', { name: 'Reload' }).filter({ visible: true });
    await expect(reload).toHaveCount(1);
    for (let step = 0; step < 20 && !(await reload.evaluate((link) => link === document.activeElement)); step += 1) await page.keyboard.press('Tab');
    await expect(reload, `${width} px, by keyboard`).toBeFocused();
    await page.unrouteAll();
    // The browser asks first, since something was typed.
    const asked = page.waitForEvent('dialog');
    const pressed = reload.click();
    await (await asked).accept();
    await pressed;
    await hydrated(page);
    await expect(reload).toBeHidden();
  }
});

test('a typed value is nowhere outside its field, not even after a reload or Back', async ({ page, api, context }) => {
  const { name } = await (await api('administrator')).createCredential({ name: unique('NOWHERE'), value: 'other' });
  const sent: string[] = [];
  context.on('request', (request) => sent.push(`${request.url()} ${request.postData() ?? ''}`));
  await open(page, `/credentials?search=${name}`);
  const form = new CredentialForm(page);
  const nowhere = (when: string) => expectNowhere(page, CANARY, when);
  await new CredentialsPage(page).add().click();
  await new ValueField(form.dialog).paste(CANARY);
  await nowhere('while it waits in the form');
  page.on('dialog', (dialog) => void dialog.accept());
  await page.reload();
  await hydrated(page);
  await expect(form.dialog).toBeVisible();
  await nowhere('after a reload');
  await form.value.paste(CANARY);
  await form.name().fill(unique('KEPT'));
  await form.save().click();
  await expect(form.dialog).toBeHidden();
  await nowhere('after saving');
  await page.goBack();
  await nowhere('after Back');
  await page.goForward();
  await nowhere('after Forward');
  expect(sent.filter((request) => request.includes(CANARY))).toHaveLength(1);
});
