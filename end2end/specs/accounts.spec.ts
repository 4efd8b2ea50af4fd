import { axeCheck, expect, hydrated, open, signIn, test, USERS } from '../fixtures';
import { CredentialForm, CredentialsPage } from '../pages/credentials';
import { SignInPage } from '../pages/sign-in';
import { AccountMenu } from '../pages/users';

const CANARY = 'canary-0c94-accounts';

test('signing out ends the session, and Back shows nothing of it', async ({ page, server }) => {
  await signIn(page, server, 'administrator');
  await open(page, '/credentials');
  await expect(new AccountMenu(page).area()).toContainText(USERS.administrator.name);
  await new AccountMenu(page).leave();
  await expect(page).toHaveURL(/\/sign-in/);
  await expect(new SignInPage(page).heading()).toBeVisible();
  const left = await page.context().cookies();
  expect(left.map(({ name }) => name), 'the browser is known again, and opens nothing').toEqual(['strongroom-browser']);
  await page.goBack();
  await expect(new SignInPage(page).heading()).toBeVisible();
  await expect(page.getByText(USERS.administrator.name)).toHaveCount(0);
});

test('signing out in one tab empties the form in another', async ({ page, context, server }) => {
  await signIn(page, server, 'administrator');
  await open(page, '/credentials?dialog=add');
  const form = new CredentialForm(page);
  await form.name().fill('TYPED_BEFORE_SIGN_OUT');
  await form.value.paste(CANARY);
  const other = await context.newPage();
  await open(other, '/credentials');
  await new AccountMenu(other).leave();
  await expect(other).toHaveURL(/\/sign-in/);
  await expect(page).toHaveURL(/\/sign-in/);
  await expect(form.dialog).toHaveCount(0);
  expect(await page.content()).not.toContain('TYPED_BEFORE_SIGN_OUT');
  expect(await page.content()).not.toContain(CANARY);
});

test('signing in leads only to this Strongroom', async ({ page }) => {
  for (const next of ['https://evil.example.com/', '//evil.example.com/', '/\\evil.example.com/']) {
    await page.context().clearCookies();
    await page.goto(`/sign-in?next=${encodeURIComponent(next)}`);
    await new SignInPage(page).signIn(USERS.viewer);
    await expect(page).toHaveURL(/^http:\/\/127\.0\.0\.1:\d+\/credentials/);
  }
});

test('a wrong password is told with the fields, which are marked', async ({ page }) => {
  const signInPage = new SignInPage(page);
  await signInPage.goto();
  await signInPage.signIn({ ...USERS.manager, password: 'certainly-not-this-one' });
  await expect(signInPage.error()).toContainText('The email or password is incorrect.');
  await hydrated(page);
  await expect(signInPage.password()).toHaveAttribute('aria-invalid', 'true');
  await expect(signInPage.password()).toHaveAccessibleDescription(/The email or password is incorrect\./);
  await expect(signInPage.password()).toHaveValue('');
  await axeCheck(page);
});

test('the pages of the signed-out have titles and send passwords by POST', async ({ page }) => {
  await page.goto('/sign-in');
  await expect(page).toHaveTitle('Sign in · Strongroom');
  expect(await new SignInPage(page).password().evaluate((field) => (field as HTMLInputElement).form?.method)).toBe('post');
});

test('Strongroom is set up once, without scripts', async ({ browser, freshServer }) => {
  const token = /\/set-up#(\S+)/.exec(freshServer.log())?.[1] ?? '';
  const context = await browser.newContext({ baseURL: freshServer.url, javaScriptEnabled: false });
  const page = await context.newPage();
  const fill = async (given: string, password: string) => {
    await page.goto('/set-up');
    await page.getByLabel('Setup token').fill(given);
    await page.getByLabel('Your name').fill(USERS.administrator.name);
    await page.getByLabel('Email').fill(USERS.administrator.email);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Create administrator' }).click();
  };
  await fill('not-the-token', USERS.administrator.password);
  await expect(page.getByRole('alert')).toContainText('The setup token is incorrect.');
  await expect(page.getByLabel('Setup token')).toHaveAttribute('aria-invalid', 'true');
  await fill(token, 'short');
  await expect(page.getByRole('alert')).toContainText('Choose a less common password');
  expect(page.url()).not.toContain('short');
  await fill(token, USERS.administrator.password);
  await expect(page).toHaveURL(/\/(credentials|sign-in)/);
  if (page.url().includes('/sign-in')) await new SignInPage(page).signIn(USERS.administrator);
  await expect(new CredentialsPage(page).heading()).toBeVisible();
  await new AccountMenu(page).leave();
  await expect(new SignInPage(page).heading()).toBeVisible();
  await page.goto('/set-up');
  await expect(page.getByLabel('Setup token')).toHaveCount(0);
  await expect(page.getByRole('alert')).toContainText('Strongroom is already set up.');
  await expect(page.getByRole('link', { name: 'Sign in' })).toBeVisible();
  await context.close();
});
