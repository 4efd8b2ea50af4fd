import { expect, hydrated, open, signIn, test, unique } from '../fixtures';
import { CredentialForm, CredentialsPage } from '../pages/credentials';
import { ValueField } from '../pages/value-field';
import { expectNowhere } from '../support/nowhere';

const CANARY = 'canary-4b1d-value-field';

test.beforeEach(async ({ page, server }) => {
  await signIn(page, server, 'administrator');
  await open(page, '/credentials?dialog=add');
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
  await expect(form.value.text()).toHaveAttribute('placeholder', '•••••••• (1 line)');
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
  await expect(form.value.text()).toHaveAttribute('placeholder', '•••••••• (1 line)');
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

test('before the program of the page runs there is no field that a value could leave by', async ({ page, guard }) => {
  guard.allow(/Failed to load resource|fetch|wasm|WebAssembly/i);
  await page.route('**/*.wasm', (route) => route.abort());
  await page.goto('/credentials?dialog=add');
  await expect(page.getByRole('alert').filter({ hasText: 'Something went wrong' })).toBeVisible();
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
