import { expect, open, type Page, signIn, test, unique } from '../fixtures';
import { CredentialForm, CredentialsPage } from '../pages/credentials';

const CANARY = 'canary-71c2-toasts';

test.beforeEach(async ({ page, server }) => {
  await signIn(page, server, 'administrator');
  await page.clock.install();
  await open(page, '/credentials');
});

async function add(page: Page, name: string): Promise<void> {
  await new CredentialsPage(page).add().click();
  const form = new CredentialForm(page);
  await form.name().fill(name);
  await form.value.paste(CANARY);
  await form.save().click();
  await expect(form.dialog).toBeHidden();
  await expect(new CredentialsPage(page).messages()).toContainText(`${name} added.`);
}

test('a message leaves after eight seconds', async ({ page }) => {
  const name = unique('SHORT');
  await add(page, name);
  const messages = new CredentialsPage(page).messages();
  await page.clock.runFor(4_000);
  await expect(messages).toContainText(name);
  await page.clock.runFor(5_000);
  await expect(messages).not.toContainText(name);
});

test('the pointer and the focus hold a message, and it can be dismissed by keyboard', async ({ page }) => {
  const name = unique('HELD');
  await add(page, name);
  const messages = new CredentialsPage(page).messages();
  await messages.getByText(name).hover();
  await page.clock.runFor(20_000);
  await expect(messages).toContainText(name);
  const dismiss = messages.getByRole('button', { name: 'Dismiss' });
  await dismiss.focus();
  await page.mouse.move(2, 2);
  await dismiss.focus();
  await page.clock.runFor(20_000);
  await expect(messages).toContainText(name);
  await page.keyboard.press('Enter');
  await expect(messages).not.toContainText(name);
});

test('at most three messages are on the screen, the newest last', async ({ page }) => {
  const names = ['ONE', 'TWO', 'THREE', 'FOUR'].map((name) => unique(name));
  for (const name of names) await add(page, name);
  const messages = new CredentialsPage(page).messages().getByText('added.');
  await expect(messages).toHaveCount(3);
  await expect(messages.last()).toContainText(names[3]!);
});
