import { axeCheck, expect, hydrated, test, USERS } from '../fixtures';
import { SignInPage } from '../pages/sign-in';

test('whoever opens a page signed out signs in first and gets there', async ({ page }) => {
  await page.goto('/credentials');
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await new SignInPage(page).signIn(USERS.manager);
  await expect(page).toHaveURL(/\/credentials$/);
  await expect(page.getByRole('heading', { level: 1, name: 'Credentials' })).toBeVisible();
});

test('a wrong password is said, and nothing that was typed stands in the address', async ({ page }) => {
  const signInPage = new SignInPage(page);
  await signInPage.goto();
  await signInPage.signIn({ ...USERS.viewer, password: 'certainly-not-this-one' });
  await expect(signInPage.error()).toContainText('The email or password is incorrect.');
  expect(page.url()).not.toContain('certainly');
  expect(page.url()).not.toContain('example.com');
});

test('signing in works before the page is hydrated, and without scripts', async ({ browser, server }) => {
  const context = await browser.newContext({ baseURL: server.url, javaScriptEnabled: false });
  const page = await context.newPage();
  const signInPage = new SignInPage(page);
  await signInPage.goto();
  await signInPage.signIn(USERS.viewer);
  await expect(page).toHaveURL(/\/credentials$/);
  await context.close();
});

test('the sign-in page is accessible', async ({ page }) => {
  await new SignInPage(page).goto();
  await hydrated(page);
  await axeCheck(page);
});
