import { axeCheck, expect, open, signIn, test, unique } from '../fixtures';
import { CredentialForm, CredentialsPage } from '../pages/credentials';

const CANARY = 'canary-5d20-dialogs';

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
