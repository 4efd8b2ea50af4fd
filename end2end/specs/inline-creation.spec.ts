import { axeCheck, expect, open, signIn, test, unique, USERS } from '../fixtures';
import { CreateHereForm, McpServerForm, McpServersPage } from '../pages/mcp-servers';
import { SignInAgainDialog } from '../pages/sign-in';

const CANARY = 'canary-9c2e-inline';

test.beforeEach(async ({ page, server }) => {
  await signIn(page, server, 'administrator');
  await open(page, '/mcp-servers?dialog=add');
});

test('a credential is created and selected by keyboard alone', async ({ page }) => {
  const name = unique('INLINE');
  const form = new McpServerForm(page);
  const inner = new CreateHereForm(page);
  const server = unique('Server');
  await expect(form.name()).toBeFocused();
  await page.keyboard.type(server);
  await page.keyboard.press('Tab');
  await page.keyboard.type('https://mcp.example.com/mcp');
  await page.keyboard.press('Tab');
  await page.keyboard.type(name);
  await expect(form.picker.row(/Create credential/)).toBeVisible();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await expect(inner.name()).toBeFocused();
  await expect(inner.name()).toHaveValue(name);
  await expect.poll(() => page.evaluate(() => getSelection()?.toString())).toBe(name);
  await expect(inner.dialog).toContainText('After you save, it can be sent only to https://mcp.example.com/mcp and below.');
  await page.keyboard.press('Tab');
  await expect(inner.value.text()).toBeFocused();
  await page.keyboard.insertText(CANARY);
  for (const next of [inner.value.show(), inner.wholeHost(), inner.cancel(), inner.save()]) {
    await page.keyboard.press('Tab');
    await expect(next).toBeFocused();
  }
  await inner.value.text().focus();
  await page.keyboard.press('Control+Enter');
  await expect(inner.dialog).toBeHidden();
  await expect(form.picker.field()).toBeFocused();
  await expect(form.picker.field()).toHaveValue(name);
  await expect(form.dialog).toContainText(`Created ${name}.`);
  await expect(form.dialog).toContainText(`After you save, ${name} can be sent only to https://mcp.example.com/mcp and below.`);
  await page.keyboard.press('Enter');
  await expect(form.dialog).toBeHidden();
  await expect(page.getByRole('row', { name: new RegExp(server) })).toContainText(name);
  expect(await page.content()).not.toContain(CANARY);
});

test('the whole host is chosen in the inner form by keyboard, and taken back in the outer one', async ({ page, api }) => {
  const form = new McpServerForm(page);
  const inner = new CreateHereForm(page);
  const client = await api('administrator');
  const allowed = async (name: string) => {
    const found = await client.get<{ items: { allowed_hosts: string[] }[] }>(`/credentials?search=${name}`);
    return found.items[0]?.allowed_hosts;
  };
  for (const narrowed of [false, true]) {
    const name = unique('WHOLE');
    await open(page, '/mcp-servers?dialog=add');
    await form.name().fill(unique('Server'));
    await form.url().fill('https://mcp.example.com/tenant-a/mcp');
    await form.picker.field().fill(name);
    await form.picker.row(/Create credential/).click();
    await inner.value.paste(CANARY);
    await inner.wholeHost().focus();
    await page.keyboard.press('Space');
    await expect(inner.dialog).toContainText('After you save, it can be sent only to all of mcp.example.com.');
    await inner.save().click();
    await expect(inner.dialog).toBeHidden();
    await expect(form.dialog).toContainText(`After you save, ${name} can be sent only to all of mcp.example.com.`);
    await expect(form.wholeHost('mcp.example.com')).toBeChecked();
    if (narrowed) {
      await form.wholeHost('mcp.example.com').click();
      await expect(form.dialog).toContainText('only to https://mcp.example.com/tenant-a/mcp and below.');
    }
    await form.save().click();
    await expect(form.dialog).toBeHidden();
    expect(await allowed(name)).toEqual([narrowed ? 'mcp.example.com/tenant-a/mcp' : 'mcp.example.com']);
  }
});

test('Escape closes the inner form alone, and the picker is as it was', async ({ page }) => {
  const form = new McpServerForm(page);
  const inner = new CreateHereForm(page);
  const search = unique('NOT_YET');
  await form.picker.field().fill(search);
  await form.picker.row(/Create credential/).click();
  await expect(inner.name()).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(inner.dialog).toBeHidden();
  await expect(form.dialog).toBeVisible();
  await expect(form.picker.field()).toBeFocused();
  await expect(form.picker.field()).toHaveValue(search);
});

test('Enter in Name saves the inner form only', async ({ page }) => {
  const form = new McpServerForm(page);
  const inner = new CreateHereForm(page);
  const name = unique('ENTERED');
  await form.picker.field().fill(name);
  await form.picker.row(/Create credential/).click();
  await inner.value.paste(CANARY);
  await inner.name().press('Enter');
  await expect(inner.dialog).toBeHidden();
  await expect(form.dialog).toBeVisible();
  await expect(form.picker.field()).toHaveValue(name);
});

test('the credential stays when the outer form is cancelled, and that is said', async ({ page, api }) => {
  const form = new McpServerForm(page);
  const inner = new CreateHereForm(page);
  const name = unique('LEFT_OVER');
  await form.picker.field().fill(name);
  await form.picker.row(/Create credential/).click();
  await inner.value.paste(CANARY);
  await inner.save().click();
  await expect(inner.dialog).toBeHidden();
  await form.cancel().click();
  await page.getByRole('button', { name: 'Discard' }).click();
  await expect(form.dialog).toBeHidden();
  await expect(page.getByRole('status').filter({ hasText: `${name} was created and is still in Credentials.` })).toBeVisible();
  const { items } = await (await api('administrator')).get<{ items: { name: string }[] }>(`/credentials?search=${name}`);
  expect(items.map((item) => item.name)).toEqual([name]);
});

test('a session that ended under both forms is begun again above them, and nothing typed is lost', async ({ page, context, server, api }) => {
  const form = new McpServerForm(page);
  const inner = new CreateHereForm(page);
  const [name, credential] = [unique('Server'), unique('THIRD_LEVEL')];
  await form.name().fill(name);
  await form.url().fill('https://mcp.example.com/mcp');
  await form.picker.field().fill(credential);
  await form.picker.row(/Create credential/).click();
  await inner.value.paste(CANARY);
  await context.clearCookies();
  await inner.save().click();
  const again = new SignInAgainDialog(page);
  await expect(again.password()).toBeFocused();
  await expect(again.email()).toHaveValue(USERS.administrator.email);
  await axeCheck(page, 'dialog[open]');
  // The one on top has the keyboard to itself.
  for (let step = 0; step < 8; step += 1) {
    await page.keyboard.press('Tab');
    expect(await again.dialog.evaluate((dialog) => document.activeElement === document.body || dialog.contains(document.activeElement)), `after ${step + 1} steps`).toBe(true);
  }
  await again.password().fill('certainly-not-this-one');
  await again.signIn().click();
  await expect(again.dialog).toContainText('The email or password is incorrect.');
  await again.password().fill(USERS.administrator.password);
  await again.signIn().click();
  await expect(again.dialog).toBeHidden();
  await expect(inner.dialog, 'the save goes on by itself').toBeHidden();
  await expect(form.picker.field()).toBeFocused();
  await expect(form.picker.field()).toHaveValue(credential);
  await expect(form.dialog).toContainText(`Created ${credential}.`);
  await expect(form.name()).toHaveValue(name);
  await expect(form.url()).toHaveValue('https://mcp.example.com/mcp');
  await form.save().click();
  await expect(form.dialog).toBeHidden();
  await expect(new McpServersPage(page).row(name)).toContainText(credential);
  const { total } = await (await api('administrator')).get<{ total: number }>(`/credentials?search=${credential}`);
  expect(total, 'created once').toBe(1);
  expect(server.log()).not.toContain(CANARY);
});

test('whoever does not sign in again keeps both forms as they are', async ({ page, context, api }) => {
  const form = new McpServerForm(page);
  const inner = new CreateHereForm(page);
  const [name, credential] = [unique('Server'), unique('NOT_SENT')];
  await form.name().fill(name);
  await form.picker.field().fill(credential);
  await form.picker.row(/Create credential/).click();
  await inner.value.paste(CANARY);
  await context.clearCookies();
  await inner.save().click();
  const again = new SignInAgainDialog(page);
  await expect(again.password()).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(again.dialog).toBeHidden();
  await expect(inner.dialog.getByRole('alert').filter({ hasText: "You're signed out, so nothing was saved." })).toBeVisible();
  await expect(inner.name()).toHaveValue(credential);
  await expect(inner.value.text()).toHaveAttribute('placeholder', '•••••••• (1 line)');
  // Another try asks again.
  await inner.save().click();
  await again.password().fill(USERS.administrator.password);
  await again.signIn().click();
  await expect(inner.dialog).toBeHidden();
  await expect(form.picker.field()).toHaveValue(credential);
  await expect(form.name()).toHaveValue(name);
  const { total } = await (await api('administrator')).get<{ total: number }>(`/credentials?search=${credential}`);
  expect(total).toBe(1);
});

test('a value of several lines is said not to be a header before anything is tested', async ({ page }) => {
  const form = new McpServerForm(page);
  const inner = new CreateHereForm(page);
  const name = unique('LINES');
  await form.picker.field().fill(name);
  await form.picker.row(/Create credential/).click();
  await inner.value.paste(`${CANARY}\nmore`);
  await expect(inner.dialog).toContainText("can't be sent as a header");
  await inner.save().click();
  await expect(form.dialog).toContainText(`${name} contains line breaks`);
});
