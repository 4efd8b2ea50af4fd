import { axeCheck, expect, hydrated, open, signIn, test, unique, USERS } from '../fixtures';
import { CredentialForm, CredentialsPage } from '../pages/credentials';
import { SignInPage } from '../pages/sign-in';

const CANARY = 'canary-71fe-list';

test.beforeEach(async ({ page, server }) => {
  await signIn(page, server, 'administrator');
});

test('a row shows every fact, and no value', async ({ page, api }) => {
  const { id, name } = await (await api('administrator')).createCredential({ name: unique('FACTS'), value: CANARY });
  await page.setViewportSize({ width: 1600, height: 900 });
  await open(page, `/credentials?search=${name}`);
  const list = new CredentialsPage(page);
  await expect(list.table().getByRole('columnheader')).toHaveText(
    ['Name', 'ID', 'Owner', 'Value', 'Used by', 'Created', 'Updated', 'Operations'].map((head) => new RegExp(`^\\s*${head}\\s*$`)),
  );
  const row = list.row(name);
  for (const fact of [name, `…${id.slice(-8)}`, USERS.administrator.name, '********', 'Unused', 'now']) {
    await expect(row).toContainText(fact);
  }
  for (const operation of ['Edit', 'Delete']) await expect(list.operation(operation, name)).toBeVisible();
  await expect(list.more(name)).toBeVisible();
  expect(await page.content()).not.toContain(CANARY);
});

test('a secret pasted into the search goes nowhere', async ({ page }) => {
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  await open(page, '/credentials');
  const list = new CredentialsPage(page);
  const canary = 'sk-canary-0123456789abcdef';
  await list.search().fill(canary);
  await expect(list.search()).toHaveValue('');
  await expect(page.getByText("This looks like a secret, so we didn't search for it.")).toBeVisible();
  await list.search().press('Enter');
  await expect(page).not.toHaveURL(/canary/);
  await list.search().fill('a name');
  await expect(page).toHaveURL(/search=a/);
  await expect(page.getByText('This looks like a secret')).toHaveCount(0);
  expect(requests.filter((url) => url.includes('canary'))).toEqual([]);
});

test('what is typed quickly becomes one search and one history entry', async ({ page, api }) => {
  const client = await api('administrator');
  const { name } = await client.createCredential({ name: unique('FOUND'), value: CANARY });
  const other = await client.createCredential({ name: unique('NOT_MEANT'), value: CANARY });
  await open(page, '/credentials?sort=-created_at');
  const list = new CredentialsPage(page);
  await expect(list.link(other.name)).toBeVisible();
  const before = await page.evaluate(() => history.length);
  const searched: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes('/api/v1/credentials?')) searched.push(new URL(request.url()).searchParams.get('search') ?? '');
  });
  // All in one go: a busy machine would put pauses between pressed keys.
  await list.search().evaluate((input: HTMLInputElement, text) => {
    for (const letter of text) {
      input.value += letter;
      input.dispatchEvent(new InputEvent('input', { bubbles: true, data: letter }));
    }
  }, name);
  await expect(page).toHaveURL((url) => url.searchParams.get('search') === name);
  await expect(list.link(name)).toBeVisible();
  await expect(list.link(other.name)).toBeHidden();
  expect(searched).toEqual([name]);
  expect(await page.evaluate(() => history.length)).toBe(before + 1);
  await page.goBack();
  await expect(list.search()).toHaveValue('');
  await expect(list.link(other.name)).toBeVisible();
});

test('an underscore means itself', async ({ page, api }) => {
  const client = await api('administrator');
  const prefix = unique('LITERAL').replace('_', '');
  await client.createCredential({ name: `${prefix}_A`, value: CANARY });
  await client.createCredential({ name: `${prefix}XA`, value: CANARY });
  await open(page, `/credentials?search=${prefix}_`);
  expect(await new CredentialsPage(page).names()).toEqual([`${prefix}_A`]);
});

test('a full ID finds its credential', async ({ page, api }) => {
  const { id, name } = await (await api('administrator')).createCredential({ name: unique('BY_FULL_ID'), value: CANARY });
  await open(page, '/credentials');
  const list = new CredentialsPage(page);
  await list.search().fill(id);
  await expect(page).toHaveURL((url) => url.searchParams.get('search') === id);
  await expect.poll(() => list.names()).toEqual([name]);
});

test('sorting is in the address, and Back undoes it', async ({ page, api }) => {
  const client = await api('administrator');
  const prefix = unique('SORTED');
  for (const end of ['B', 'A', 'C']) await client.createCredential({ name: `${prefix}_${end}`, value: CANARY });
  const names = (ends: string) => [...ends].map((end) => `${prefix}_${end}`);
  await page.setViewportSize({ width: 1600, height: 900 });
  await open(page, `/credentials?search=${prefix}`);
  const list = new CredentialsPage(page);
  const head = (name: string) => list.table().getByRole('columnheader', { name });
  await expect(head('Name')).toHaveAttribute('aria-sort', 'ascending');
  expect(await list.names()).toEqual(names('ABC'));
  await head('Name').getByRole('link').click();
  await expect(page).toHaveURL((url) => url.searchParams.get('sort') === '-name');
  await expect(head('Name')).toHaveAttribute('aria-sort', 'descending');
  await expect.poll(() => list.names()).toEqual(names('CBA'));
  await head('Created').getByRole('link').click();
  await expect(page).toHaveURL((url) => /^-?created_at$/.test(url.searchParams.get('sort') ?? ''));
  await expect(head('Name')).not.toHaveAttribute('aria-sort');
  await expect(head('Created')).toHaveAttribute('aria-sort');
  await page.goBack();
  await expect(head('Name')).toHaveAttribute('aria-sort', 'descending');
  await page.goBack();
  await expect.poll(() => list.names()).toEqual(names('ABC'));
});

test('pages are in the address, and a reload stays there', async ({ page, api }) => {
  const client = await api('administrator');
  const prefix = unique('PAGED');
  const name = (number: number) => `${prefix}_${String(number).padStart(2, '0')}`;
  for (let number = 1; number <= 27; number += 1) await client.createCredential({ name: name(number), value: CANARY });
  await open(page, `/credentials?search=${prefix}&limit=25`);
  const list = new CredentialsPage(page);
  await expect(list.pages()).toContainText('1–25 of 27');
  await list.pages().getByRole('link', { name: 'Next' }).click();
  await expect(list.pages()).toContainText('26–27 of 27');
  expect(await list.names()).toEqual([name(26), name(27)]);
  await page.reload();
  await hydrated(page);
  await expect(list.pages()).toContainText('26–27 of 27');
  expect(await list.names()).toEqual([name(26), name(27)]);
  await list.pages().getByRole('link', { name: 'Previous' }).click();
  await expect(list.pages()).toContainText('1–25 of 27');
  await page.goBack();
  await expect.poll(() => list.names()).toEqual([name(26), name(27)]);
  await list.pages().getByRole('combobox', { name: 'Rows' }).selectOption('50');
  await expect(page).toHaveURL(/limit=50/);
  await expect(list.pages()).toContainText('1–27 of 27');
});

test('a stale cursor shows the first page', async ({ page, api }) => {
  const { name } = await (await api('administrator')).createCredential({ name: unique('STALE'), value: CANARY });
  await open(page, `/credentials?search=${name}&cursor=bm90LWEtY3Vyc29y`);
  await expect(new CredentialsPage(page).link(name)).toBeVisible();
});

test('no match says so and offers to clear the search', async ({ page, api }) => {
  const { name } = await (await api('administrator')).createCredential({ name: unique('CLEARED'), value: CANARY });
  await open(page, '/credentials?search=nothing-is-called-so&sort=-created_at');
  await expect(page.getByRole('heading', { name: 'No results for “nothing-is-called-so”.' })).toBeVisible();
  await axeCheck(page);
  await page.getByRole('link', { name: 'Clear search' }).click();
  const list = new CredentialsPage(page);
  await expect(list.search()).toHaveValue('');
  await expect(list.link(name)).toBeVisible();
});

test('an empty Strongroom is set up and says how to begin', async ({ page, freshServer }) => {
  const token = /\/set-up#(\S+)/.exec(freshServer.log())?.[1] ?? '';
  expect(token, 'the link in the log').not.toBe('');
  await page.context().clearCookies();
  await page.goto(`${freshServer.url}/set-up#${token}`);
  await hydrated(page);
  await expect(page.getByLabel('Setup token')).toHaveValue(token);
  expect(page.url(), 'the token leaves the address').not.toContain(token);
  await axeCheck(page);
  await page.getByLabel('Your name').fill(USERS.administrator.name);
  await page.getByLabel('Email').fill(USERS.administrator.email);
  await page.getByLabel('Password').fill(USERS.administrator.password);
  await page.getByRole('button', { name: 'Create administrator' }).click();
  await expect(page).toHaveURL(/\/(credentials|sign-in)/);
  if (page.url().includes('/sign-in')) await new SignInPage(page).signIn(USERS.administrator);
  await expect(page.getByRole('heading', { name: 'No credentials yet' })).toBeVisible();
  await expect(page.getByText('Add your first secret.')).toBeVisible();
  await hydrated(page);
  await axeCheck(page);
  await page.getByRole('main').getByRole('link', { name: 'Add credential' }).last().click();
  await expect(page.getByRole('dialog', { name: 'Add credential' })).toBeVisible();
});

test('the ID is copied in full, and that is announced', async ({ page, context, api }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const { id, name } = await (await api('administrator')).createCredential({ name: unique('COPIED'), value: CANARY });
  await page.setViewportSize({ width: 1600, height: 900 });
  await open(page, `/credentials?search=${name}`);
  const list = new CredentialsPage(page);
  await list.row(name).getByRole('button', { name: `Copy ID of ${name}` }).click();
  await expect(list.messages()).toContainText('Copied');
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(id);
});

test('the menu of a row works by keyboard', async ({ page, context, api }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const { id, name } = await (await api('administrator')).createCredential({ name: unique('MENU'), value: CANARY });
  await open(page, `/credentials?search=${name}`);
  const list = new CredentialsPage(page);
  const item = (words: string) => page.getByRole('menuitem', { name: words });
  await list.more(name).focus();
  await page.keyboard.press('Enter');
  await expect(item('Rename')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(item('Rename')).toBeHidden();
  await expect(list.more(name)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(item('Rename')).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(item('Copy ID')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(list.messages()).toContainText('Copied');
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(id);
  await list.more(name).click();
  await item('Used by').click();
  await expect(page).toHaveURL(new RegExp(`/credentials/${id}#references`));
});

test('a viewer sees names and no operations', async ({ page, server, api }) => {
  const { name } = await (await api('administrator')).createCredential({ name: unique('LOOK_ONLY'), value: CANARY });
  await page.context().clearCookies();
  await signIn(page, server, 'viewer');
  await open(page, `/credentials?search=${name}`);
  const list = new CredentialsPage(page);
  await expect(list.link(name)).toBeVisible();
  await expect(page.getByRole('link', { name: 'Add credential' })).toHaveCount(0);
  for (const operation of ['Edit', 'Delete']) await expect(list.operation(operation, name)).toHaveCount(0);
  await list.more(name).click();
  await expect(page.getByRole('menuitem')).toHaveText(['Copy ID', 'Used by']);
});

test('an address shows a viewer no form that could not be saved', async ({ page, server, api }) => {
  const { id } = await (await api('administrator')).createCredential({ name: unique('NO_FORM'), value: CANARY });
  await page.context().clearCookies();
  await signIn(page, server, 'viewer');
  for (const key of ['edit', 'rename', 'hosts', 'delete']) {
    await open(page, `/credentials?${key}=${id}`);
    const dialog = page.getByRole('dialog', { name: "You can't change this credential" });
    await expect(dialog).toContainText("You don't have permission to do this.");
    await expect(dialog.getByRole('textbox')).toHaveCount(0);
  }
  await open(page, '/credentials?dialog=add');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('when the list cannot be loaded again, the old rows stay', async ({ page, guard, api }) => {
  guard.allow(/Failed to load resource/);
  const { name } = await (await api('administrator')).createCredential({ name: unique('OLD_ROWS'), value: CANARY });
  await open(page, `/credentials?search=${name}`);
  const list = new CredentialsPage(page);
  let fails = true;
  await page.route('**/api/v1/credentials?*', (route) => (fails ? route.abort() : route.continue()));
  await page.evaluate(() => window.dispatchEvent(new Event('focus')));
  await expect(page.getByText("Couldn't refresh. Showing older data")).toBeVisible();
  await expect(list.link(name)).toBeVisible();
  fails = false;
  await page.getByRole('button', { name: 'Retry' }).click();
  await expect(page.getByText("Couldn't refresh. Showing older data")).toBeHidden();
  await expect(list.link(name)).toBeVisible();
});

test('rows appear when the window is looked at again', async ({ page, api }) => {
  const client = await api('administrator');
  const prefix = unique('APPEARS');
  await client.createCredential({ name: `${prefix}_1`, value: CANARY });
  await open(page, `/credentials?search=${prefix}`);
  const list = new CredentialsPage(page);
  await expect(list.link(`${prefix}_1`)).toBeVisible();
  await client.createCredential({ name: `${prefix}_2`, value: CANARY });
  await page.evaluate(() => window.dispatchEvent(new Event('focus')));
  await expect(list.link(`${prefix}_2`)).toBeVisible();
});

test('the list is accessible', async ({ page, api }) => {
  await (await api('administrator')).createCredential({ name: unique('AXE'), value: CANARY });
  await open(page, '/credentials');
  await axeCheck(page);
});

test('a dialog that is opened while a search waits stays open, and the search follows when it closes', async ({ page, api }) => {
  const { name } = await (await api('administrator')).createCredential({ name: unique('PATIENT'), value: CANARY });
  await open(page, '/credentials');
  const list = new CredentialsPage(page);
  // In one go, so that the wait of the search cannot be over before the dialog is asked for.
  const add = await list.add().elementHandle();
  await list.search().evaluate(
    (search, [text, link]) => {
      (search as HTMLInputElement).value = text as string;
      search.dispatchEvent(new InputEvent('input', { bubbles: true }));
      (link as HTMLElement).click();
    },
    [name, add] as const,
  );
  const form = new CredentialForm(page);
  await expect(form.dialog).toBeVisible();
  // More than twice the wait of the search.
  await page.waitForTimeout(500);
  await expect(form.dialog).toBeVisible();
  await expect(page).not.toHaveURL(/search=/);
  await form.cancel().click();
  await expect(form.dialog).toBeHidden();
  await expect(page).toHaveURL((url) => url.searchParams.get('search') === name);
  await expect.poll(() => list.names()).toEqual([name]);
});
