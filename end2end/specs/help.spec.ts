import { axeCheck, expect, hydrated, open, signIn, test, unique } from '../fixtures';
import { expectNothingSideways, WIDTHS } from '../support/widths';

const TOPICS = [
  ['credentials', 'Help: Credentials'],
  ['mcp-servers', 'Help: MCP servers'],
  ['model-bindings', 'Help: Model bindings'],
  ['users', 'Help: Users'],
  ['audit', 'Help: Audit trail'],
  ['forms', 'Help: Generated forms'],
] as const;

for (const [slug, title] of TOPICS) {
  for (const width of WIDTHS) {
    test(`the help about ${slug} fits ${width} px and is accessible`, async ({ page }) => {
      await page.setViewportSize({ width, height: 800 });
      await open(page, `/help/${slug}`);
      await expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible();
      await expectNothingSideways(page, slug);
      await axeCheck(page);
    });
  }
}

test('each page leads to its help, and the way back works', async ({ page, server, api }) => {
  test.slow();
  const client = await api('administrator');
  const credential = await client.createCredential({ name: unique('HELP'), value: 'canary-6c20-help' });
  const settings = { provider: 'openai-compatible', model_id: 'gpt-test', base_url: 'http://127.0.0.1:9/v1/' };
  const binding = await client.post<{ id: string }>('/model-bindings', { name: unique('Help'), settings });
  await signIn(page, server, 'administrator');
  for (const [path, link, title] of [
    ['/credentials', 'About credentials', 'Help: Credentials'],
    [`/credentials/${credential.id}`, 'About credentials', 'Help: Credentials'],
    ['/mcp-servers', 'About MCP servers', 'Help: MCP servers'],
    ['/model-bindings', 'About model bindings', 'Help: Model bindings'],
    [`/model-bindings/${binding.id}/try`, 'About model bindings', 'Help: Model bindings'],
    ['/users', 'About users and roles', 'Help: Users'],
    ['/audit', 'About the audit trail', 'Help: Audit trail'],
    ['/account', 'About users and roles', 'Help: Users'],
  ] as const) {
    await open(page, path);
    await page.getByRole('link', { name: link }).click();
    await expect(page).toHaveTitle(`${title} · Strongroom`);
    await hydrated(page);
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Credentials' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Credentials', exact: true })).toBeVisible();
    // The app leads back here by itself, without the text: the page is loaded.
    await page.goBack();
    await expect(page.getByRole('navigation', { name: 'On this page' })).toBeVisible();
    await expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible();
  }
});

test('the contents lead to headings, also by keyboard', async ({ page }) => {
  await open(page, '/help/credentials');
  const contents = page.getByRole('navigation', { name: 'On this page' });
  const link = contents.getByRole('link', { name: 'Delete a credential' });
  await link.focus();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/#delete-a-credential$/);
  const heading = page.getByRole('heading', { level: 2, name: 'Delete a credential' });
  await expect(heading).toBeInViewport();
  await expect(page.getByRole('navigation', { name: 'On this page' })).toBeAttached();
});

test('the shortcuts lead to the help', async ({ page, server }) => {
  await signIn(page, server, 'viewer');
  await open(page, '/credentials');
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).getByRole('link', { name: 'Help center' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Help', exact: true })).toBeVisible();
  await axeCheck(page);
  await page.getByRole('main').getByRole('link', { name: 'Audit trail' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Help: Audit trail' })).toBeVisible();
});

test('the signed-out may read it, and are offered to sign in', async ({ page }) => {
  await open(page, '/help/credentials');
  await expect(page.getByRole('heading', { level: 2, name: 'When to use one' })).toBeVisible();
  await page.getByRole('link', { name: 'Sign in' }).click();
  await expect(page).toHaveURL(/\/sign-in$/);
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('the help is read whole', async ({ page }) => {
    await page.goto('/help/credentials');
    await expect(page.getByRole('heading', { level: 2, name: 'Security' })).toBeVisible();
    await page.getByRole('link', { name: 'audit trail' }).first().click();
    await expect(page.getByRole('heading', { level: 1, name: 'Help: Audit trail' })).toBeVisible();
  });
});
