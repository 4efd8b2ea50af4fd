import { type Api, axeCheck, expect, hydrated, open, signIn, test, unique, USERS } from '../fixtures';
import { CredentialsPage } from '../pages/credentials';
import { SignInPage } from '../pages/sign-in';
import { AccountMenu } from '../pages/users';
import { expectNothingSideways, WIDTHS } from '../support/widths';

const PASSWORD = 'plain-copper-window-18';
const CHOSEN = 'violet-lantern-quay-57';

/** An account of its own for one test, which may change its name and password. */
async function somebody(server: { url: string }, client: Api): Promise<{ name: string; email: string; password: string }> {
  const name = unique('Joe');
  const email = `${name.toLowerCase()}@example.com`;
  const { link } = await client.post<{ link: { path: string } }>('/users', { name, email, role: 'viewer' });
  const body = new URLSearchParams({ token: link.path.split('#')[1] ?? '', password: PASSWORD });
  expect((await fetch(`${server.url}/welcome`, { method: 'POST', redirect: 'manual', body })).status).toBe(303);
  return { name, email, password: PASSWORD };
}

test('the account menu opens, tells who one is, and closes', async ({ page, server }) => {
  await signIn(page, server, 'administrator');
  await open(page, '/credentials');
  const menu = new AccountMenu(page);
  await expect(menu.button()).toHaveAttribute('aria-expanded', 'false');
  await menu.button().focus();
  await page.keyboard.press('Enter');
  await expect(menu.button()).toHaveAttribute('aria-expanded', 'true');
  for (const fact of [USERS.administrator.name, USERS.administrator.email]) await expect(menu.area()).toContainText(fact);
  await axeCheck(page);
  await page.keyboard.press('Tab');
  await expect(menu.account()).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(menu.account()).toBeHidden();
  await expect(menu.button()).toBeFocused();
  await page.keyboard.press('Enter');
  await menu.account().click();
  await expect(page.getByRole('heading', { level: 1, name: 'Account' })).toBeFocused();
  await expect(menu.account()).toBeHidden();
  await expect(page).toHaveTitle('Account · Strongroom');
});

test('on a narrow screen the account menu opens inside the navigation', async ({ page, server }) => {
  await signIn(page, server, 'administrator');
  await page.setViewportSize({ width: 360, height: 740 });
  await open(page, '/credentials');
  await page.getByRole('button', { name: 'Menu', exact: true }).click();
  const menu = new AccountMenu(page);
  await menu.button().click();
  for (const part of [menu.account(), menu.shortcuts(), menu.theme(), menu.signOut()]) await expect(part).toBeInViewport({ ratio: 1 });
  await axeCheck(page);
  await menu.account().click();
  await expect(page.getByRole('heading', { level: 1, name: 'Account' })).toBeVisible();
  await expect(menu.button()).toBeHidden();
});

test('signing out works without scripts', async ({ browser, server }) => {
  const context = await browser.newContext({ baseURL: server.url, javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto('/sign-in');
  await new SignInPage(page).signIn(USERS.viewer);
  await expect(new CredentialsPage(page).heading()).toBeVisible();
  await new AccountMenu(page).leave();
  await expect(new SignInPage(page).heading()).toBeVisible();
  await page.goto('/credentials');
  await expect(new SignInPage(page).heading()).toBeVisible();
  await context.close();
});

test('one’s own name is changed, and shows at once', async ({ page, server, api }) => {
  const me = await somebody(server, await api('administrator'));
  await page.goto('/sign-in?next=/account');
  await new SignInPage(page).signIn(me);
  await hydrated(page);
  const name = page.getByRole('textbox', { name: 'Name' });
  await expect(name).toHaveValue(me.name);
  await expect(page.getByText(`Signed in as ${me.email}.`)).toBeVisible();
  await name.fill(' ');
  await page.getByRole('button', { name: 'Save name' }).click();
  await expect(name).toBeFocused();
  await expect(name).toHaveAccessibleDescription(/Enter a name\./);
  await name.fill(`${me.name} Junior`);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('status', { name: 'Messages' })).toContainText('Name saved.');
  await expect(new AccountMenu(page).button()).toContainText(`${me.name} Junior`);
  await page.reload();
  await expect(new AccountMenu(page).button()).toContainText(`${me.name} Junior`);
});

test('a new password needs the old one and ends the other sessions', async ({ page, browser, server, api }) => {
  const me = await somebody(server, await api('administrator'));
  await page.goto('/sign-in?next=/account');
  await new SignInPage(page).signIn(me);
  await hydrated(page);
  test.slow();
  const elsewhere = await browser.newContext({ baseURL: server.url });
  const other = await elsewhere.newPage();
  await other.goto('/sign-in');
  await new SignInPage(other).signIn(me);
  await expect(new CredentialsPage(other).heading()).toBeVisible();

  const [current, fresh] = [page.getByLabel('Current password'), page.getByLabel('New password')];
  const change = page.getByRole('button', { name: 'Change password' });
  await change.click();
  await expect(current).toBeFocused();
  await current.fill('not-the-right-one');
  await fresh.fill(CHOSEN);
  await change.click();
  await expect(current).toHaveAttribute('aria-invalid', 'true');
  await expect(current).toHaveAccessibleDescription(/Current password is incorrect\./);
  await current.fill(me.password);
  await fresh.fill('password1234');
  await change.click();
  await expect(fresh).toHaveAccessibleDescription(/This password is too common\./);
  await axeCheck(page);
  await fresh.fill(CHOSEN);
  await change.click();
  await expect(page.getByRole('status', { name: 'Messages' })).toContainText('Password changed.');
  await expect(current).toHaveValue('');
  await expect(fresh).toHaveValue('');
  expect(page.url()).toBe(`${server.url}/account`);
  await other.goto('/account');
  await expect(new SignInPage(other).heading()).toBeVisible();
  await new SignInPage(other).signIn(me);
  await expect(new SignInPage(other).error()).toContainText('incorrect');
  await new SignInPage(other).signIn({ ...me, password: CHOSEN });
  await expect(other.getByRole('heading', { level: 1, name: 'Account' })).toBeVisible();
  await elsewhere.close();
});

test('when the answer to a new password is lost, it does not say that nothing was saved', async ({ page, server, api, guard }) => {
  guard.allow(/Failed to load resource/);
  const me = await somebody(server, await api('administrator'));
  await page.goto('/sign-in?next=/account');
  await new SignInPage(page).signIn(me);
  await hydrated(page);
  const [current, fresh] = [page.getByLabel('Current password'), page.getByLabel('New password')];
  const change = page.getByRole('button', { name: 'Change password' });
  await page.route('**/api/v1/me', async (route) => {
    if (route.request().method() !== 'PATCH') return route.continue();
    // It is done, and nobody hears of it.
    expect((await route.fetch()).ok()).toBe(true);
    return route.abort();
  });
  await current.fill(me.password);
  await fresh.fill(CHOSEN);
  const lost = page.waitForEvent('requestfailed', (request) => request.url().endsWith('/api/v1/me'));
  await change.click();
  await lost;
  await expect(change).not.toHaveAttribute('aria-busy', 'true');
  const card = page.getByRole('region', { name: 'Password' });
  await expect(card.getByRole('alert').filter({ hasText: "we couldn't confirm the change" })).toBeVisible();
  await expect(card).not.toContainText("weren't saved");
  await expect(page.getByRole('status', { name: 'Messages' })).not.toContainText('Password changed.');
  // The new one opens the account: it was saved indeed.
  await page.context().clearCookies();
  await page.goto('/sign-in?next=/account');
  await new SignInPage(page).signIn({ ...me, password: CHOSEN });
  await expect(page.getByRole('heading', { level: 1, name: 'Account' })).toBeVisible();
});

test('sessions are listed and ended, one and all others', async ({ page, browser, server, api }) => {
  test.slow();
  const me = await somebody(server, await api('administrator'));
  await page.goto('/sign-in?next=/account');
  await new SignInPage(page).signIn(me);
  await hydrated(page);
  const agents = { 'Firefox on Windows': 'Mozilla/5.0 (Windows NT 10.0; rv:150.0) Gecko/20100101 Firefox/150.0', 'Chrome on Linux': undefined };
  const others = [];
  for (const userAgent of Object.values(agents)) {
    const context = await browser.newContext({ baseURL: server.url, userAgent });
    const other = await context.newPage();
    await other.goto('/sign-in');
    await new SignInPage(other).signIn(me);
    await expect(new CredentialsPage(other).heading()).toBeVisible();
    others.push(other);
  }
  await page.reload();
  await hydrated(page);
  const card = page.getByRole('region', { name: 'Sessions' });
  // The one of the link, which nobody's browser has, this one, and two others.
  await expect(card.getByRole('listitem')).toHaveCount(4);
  await expect(card.getByRole('listitem').filter({ hasText: 'This device' })).toContainText('Chrome on Linux');
  await expect(card.getByRole('listitem').filter({ hasText: 'This device' })).toContainText('127.0.0.1');
  await axeCheck(page);
  await card.getByRole('button', { name: 'Sign out Firefox on Windows' }).click();
  await expect(card.getByRole('listitem')).toHaveCount(3);
  await others[0]?.reload();
  await expect(new SignInPage(others[0] ?? page).heading()).toBeVisible();
  await card.getByRole('button', { name: 'Sign out everywhere else' }).click();
  await expect(card.getByRole('listitem')).toHaveCount(1);
  await others[1]?.reload();
  await expect(new SignInPage(others[1] ?? page).heading()).toBeVisible();
  for (const other of others) await other.context().close();
});

test('the page of one’s account fits every width', async ({ page, server }) => {
  await signIn(page, server, 'viewer');
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    await open(page, '/account');
    await expectNothingSideways(page, `${width} px`);
  }
  await axeCheck(page);
});
