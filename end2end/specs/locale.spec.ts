import { expect, open, signIn, test } from '../fixtures';
import { startStrongroom, type Strongroom } from '../support/strongroom';

test.describe('with the setting locale = "fr"', () => {
  let french: Strongroom;

  test.beforeAll(async () => {
    french = await startStrongroom({ config: 'locale = "fr"\n' });
  });

  test.afterAll(async () => french.stop());

  test('the frame is in French, and messages without a translation are in English', async ({ page }) => {
    await signIn(page, french, 'administrator');
    await open(page, `${french.url}/credentials`);
    await expect(page.locator('html')).toHaveAttribute('lang', 'fr');
    await expect(page).toHaveTitle('Identifiants · Strongroom');
    await expect(page.getByRole('heading', { level: 1, name: 'Identifiants' })).toBeVisible();
    await expect(page.getByRole('link', { name: 'Add credential' }).first()).toBeVisible();
    // The page of the next address is rendered in the browser alone.
    await page.getByRole('navigation').getByRole('link', { name: 'Utilisateurs' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Utilisateurs' })).toBeVisible();
    await expect(page.getByRole('link', { name: 'Add user' }).first()).toBeVisible();
  });
});

test('the pages are in English by default', async ({ page, server }) => {
  await open(page, `${server.url}/sign-in`);
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await expect(page.getByRole('heading', { level: 1, name: 'Sign in' })).toBeVisible();
});
