import { axeCheck, expect, hydrated, open, signIn, test, unique } from '../fixtures';
import { CredentialForm, CredentialsPage } from '../pages/credentials';
import { ValueField } from '../pages/value-field';
import { expectNowhere } from '../support/nowhere';

const CANARY = 'canary-4b1d-value-field';

test.beforeEach(async ({ page, server }) => {
  await signIn(page, server, 'administrator');
  await open(page, '/credentials?dialog=add');
});

test('a concealed value is nowhere in the page once the field is left', async ({ page }) => {
  const dialog = page.getByRole('dialog', { name: 'Add credential' });
  const value = new ValueField(dialog);
  await value.paste(`${CANARY}\nsecond line`);
  await expect(value.text()).toHaveAttribute('placeholder', 'Hidden, 2 lines');
  expect(await value.text().inputValue()).toBe('');
  expect(await dialog.ariaSnapshot()).not.toContain(CANARY);
  expect(await page.content()).not.toContain(CANARY);
  expect(await page.locator('body').innerText()).not.toContain(CANARY);
});

test('a concealed value cannot be copied, and a shown one can be read', async ({ page }) => {
  const value = new ValueField(page.getByRole('dialog', { name: 'Add credential' }));
  await value.paste(CANARY);
  await value.text().focus();
  const copied = await value.text().evaluate((field) => {
    const event = new ClipboardEvent('copy', { cancelable: true, bubbles: true });
    return field.dispatchEvent(event);
  });
  expect(copied, 'copying goes on').toBe(false);
  await value.show().click();
  await expect(value.show()).toHaveAttribute('aria-pressed', 'true');
  await expect(value.text()).toHaveValue(CANARY);
  await page.evaluate(() => window.dispatchEvent(new Event('blur')));
  await expect(value.show()).toHaveAttribute('aria-pressed', 'false');
  await expect(value.text()).toHaveValue('');
});

test('a reload brings no value back', async ({ page }) => {
  const value = new ValueField(page.getByRole('dialog', { name: 'Add credential' }));
  await value.paste(CANARY);
  page.on('dialog', (dialog) => void dialog.accept());
  await page.reload();
  await expect(value.text()).toHaveValue('');
  await expectNowhere(page, CANARY, 'after a reload');
  await value.show().click();
  await expect(value.text()).toHaveValue('');
  await expectNowhere(page, CANARY, 'after Show');
});

test('Back and Forward inside the page bring no value back', async ({ page }) => {
  await open(page, '/credentials');
  const [list, form] = [new CredentialsPage(page), new CredentialForm(page)];
  await list.add().click();
  await form.value.paste(CANARY);
  await expect(form.value.text()).toHaveAttribute('placeholder', 'Hidden, 1 line');
  await page.goBack();
  await expect(form.question()).toBeVisible();
  await expectNowhere(page, CANARY, 'while it is asked');
  await form.discard().click();
  await expect(form.dialog).toBeHidden();
  await expect(page).toHaveURL(/\/credentials$/);
  await expectNowhere(page, CANARY, 'after Back');
  await page.goForward();
  await expect(form.dialog).toBeVisible();
  await expect(form.value.text()).toHaveValue('');
  await expectNowhere(page, CANARY, 'after Forward');
  await form.value.show().click();
  await expect(form.value.text()).toHaveValue('');
  await expectNowhere(page, CANARY, 'after Forward and Show');
});

test('Back to a page that was left with a value in it brings no value back', async ({ page }) => {
  const form = new CredentialForm(page);
  await form.value.paste(CANARY);
  await expect(form.value.text()).toHaveAttribute('placeholder', 'Hidden, 1 line');
  page.on('dialog', (dialog) => void dialog.accept());
  await open(page, '/help/credentials');
  await expectNowhere(page, CANARY, 'on the next page');
  await page.goBack();
  await hydrated(page);
  await expect(form.dialog).toBeVisible();
  await expect(form.value.text()).toHaveValue('');
  await expectNowhere(page, CANARY, 'after Back');
  await form.value.show().click();
  await expect(form.value.text()).toHaveValue('');
  await page.goForward();
  await expect(page.getByRole('heading', { level: 1, name: 'Help: Credentials' })).toBeVisible();
  await expectNowhere(page, CANARY, 'after Forward');
});

test('the text stays out of reach of fill-in aids and of the address', async ({ page }) => {
  const value = new ValueField(page.getByRole('dialog', { name: 'Add credential' }));
  for (const [name, content] of [
    ['autocomplete', 'off'],
    ['autocapitalize', 'off'],
    ['autocorrect', 'off'],
    ['spellcheck', 'false'],
    ['translate', 'no'],
    ['data-1p-ignore', 'true'],
    ['data-lpignore', 'true'],
    ['data-bwignore', 'true'],
  ] as const) {
    await expect(value.text()).toHaveAttribute(name, content);
  }
  await expect(value.text()).not.toHaveAttribute('name');
  expect(await value.text().evaluate((field) => (field as HTMLTextAreaElement).form?.method)).toBe('post');
});

test('what a paste brought along is offered for removal, and nothing goes silently', async ({ page }) => {
  const dialog = page.getByRole('dialog', { name: 'Add credential' });
  const value = new ValueField(dialog);
  await value.paste(`CRM_TOKEN="Bearer ${CANARY}"\n`);
  await dialog.getByRole('button', { name: 'Remove line break' }).click();
  await dialog.getByRole('button', { name: 'Keep what follows' }).click();
  await expect(dialog.getByRole('textbox', { name: 'Name' })).toHaveValue('CRM_TOKEN');
  await dialog.getByRole('button', { name: 'Remove quotation marks' }).click();
  await dialog.getByRole('button', { name: 'Remove “Bearer”' }).click();
  await expect(value.text()).toHaveValue(CANARY);
  await value.clear().click();
  await expect(value.text()).toHaveValue('');
});

test('the text survives a failed save, and is dropped after a successful one', async ({ page, api }) => {
  const taken = await (await api('administrator')).createCredential({ name: unique('TAKEN'), value: 'other' });
  const dialog = page.getByRole('dialog', { name: 'Add credential' });
  const value = new ValueField(dialog);
  await dialog.getByRole('textbox', { name: 'Name' }).fill(taken.name);
  await value.paste(CANARY);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByRole('textbox', { name: 'Name' })).toBeFocused();
  await expect(value.text()).toHaveAttribute('placeholder', 'Hidden, 1 line');
  await dialog.getByRole('textbox', { name: 'Name' }).fill(unique('FREE'));
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toBeHidden();
  expect(await page.content()).not.toContain(CANARY);
});

test('Show ends at save, whether it succeeds or not', async ({ page, api }) => {
  const taken = await (await api('administrator')).createCredential({ name: unique('TAKEN'), value: 'other' });
  const form = new CredentialForm(page);
  const shows = async () => {
    await form.value.show().click();
    await expect(form.value.show()).toHaveAttribute('aria-pressed', 'true');
    await expect(form.value.text()).toHaveValue(CANARY);
  };
  const conceals = async (when: string) => {
    await expect(form.value.show(), when).toHaveAttribute('aria-pressed', 'false');
    await expect(form.value.text(), when).toHaveAttribute('placeholder', 'Hidden, 1 line');
    await expectNowhere(page, CANARY, when);
  };
  await form.value.paste(CANARY);
  await shows();
  await form.name().fill(taken.name);
  // Held on its way: it ends with the press, and not with the answer.
  let letSave = () => {};
  const maySave = new Promise<void>((resolve) => (letSave = resolve));
  await page.route('**/api/v1/credentials', async (route) => {
    await maySave;
    await route.continue();
  });
  await form.save().click();
  await expect(form.save()).toHaveAttribute('aria-busy', 'true');
  await conceals('while it is saved');
  letSave();
  await expect(form.name()).toHaveAttribute('aria-invalid', 'true');
  await conceals('after it was refused');

  await shows();
  await form.name().fill(unique('FREE'));
  await form.save().click();
  await expect(form.dialog).toBeHidden();
  await expectNowhere(page, CANARY, 'after it was saved');
  await new CredentialsPage(page).add().click();
  await expect(form.value.show(), 'the next form begins concealed').toHaveAttribute('aria-pressed', 'false');
  await expect(form.value.text()).toHaveValue('');
});

test('the dialog with a value in it is accessible', async ({ page }) => {
  await new ValueField(page.getByRole('dialog', { name: 'Add credential' })).paste(`Bearer ${CANARY}`);
  await axeCheck(page, 'dialog');
});

test('before the program of the page runs there is no field that a value could leave by', async ({ page, guard }) => {
  guard.allow(/Failed to load resource|fetch|wasm|WebAssembly/i);
  await page.route('**/*.wasm', (route) => route.abort());
  await page.goto('/credentials?dialog=add');
  await expect(page.getByRole('alert').filter({ hasText: 'its controls do not work' })).toBeVisible();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.locator('textarea')).toHaveCount(0);
  await page.keyboard.insertText(CANARY);
  await page.keyboard.press('Enter');
  expect(page.url()).toMatch(/\/credentials\?dialog=add$/);
});

test('after the program of the page has stopped, Enter and Save send no value anywhere', async ({ page, guard }) => {
  guard.allow(/Failed to load resource|status of 4\d\d|listener indicated/);
  const dialog = page.getByRole('dialog', { name: 'Add credential' });
  await dialog.getByRole('textbox', { name: 'Name' }).fill(unique('STOPPED'));
  await new ValueField(dialog).paste(CANARY);
  await new ValueField(dialog).show().click();
  await expect(new ValueField(dialog).text()).toHaveValue(CANARY);
  // From here on no listener of the page hears of anything, as after a panic; only the browser itself acts.
  await page.evaluate(() => {
    for (const kind of ['submit', 'keydown', 'click', 'blur', 'focusout', 'input', 'beforeunload']) {
      window.addEventListener(kind, (event) => event.stopImmediatePropagation(), { capture: true });
    }
  });
  const sent: string[] = [];
  page.on('request', (request) => sent.push(`${request.method()} ${request.url()} ${request.postData() ?? ''}`));
  const left = page.waitForRequest((request) => request.isNavigationRequest());
  await dialog.getByRole('textbox', { name: 'Name' }).press('Enter');
  await left;
  await page.waitForLoadState();
  expect(sent.length, 'the browser sent the form by itself').toBeGreaterThan(0);
  for (const request of [...sent, page.url(), await page.content()]) expect(request).not.toContain(CANARY);
});
