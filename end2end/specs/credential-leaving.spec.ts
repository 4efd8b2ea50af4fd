import type { Locator } from '@playwright/test';

import { axeCheck, expect, hydrated, open, signIn, test, unique } from '../fixtures';
import { CredentialForm, CredentialsPage } from '../pages/credentials';

const CANARY = 'canary-5d20-dialogs';

test.beforeEach(async ({ page, server }) => {
  await signIn(page, server, 'administrator');
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
