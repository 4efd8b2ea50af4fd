import { expect, hydrated, open, signIn, test } from '../fixtures';

/** The whole policy: what is not in it must not be allowed by accident. The nonce is another one for each answer. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'nonce-NONCE' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

const NONCE = /'nonce-([\w+/=-]{16,})'/;

test('pages of the signed-out and the signed-in hydrate under the same strict policy, with a nonce of their own', async ({ page, server }) => {
  const nonces: string[] = [];
  for (const path of ['/sign-in', '/credentials', '/credentials']) {
    if (path !== '/sign-in') await signIn(page, server, 'viewer');
    const response = await page.goto(path);
    expect(response?.status()).toBe(200);
    const policy = response?.headers()['content-security-policy'] ?? '';
    nonces.push(NONCE.exec(policy)?.[1] ?? '');
    expect(policy.replace(NONCE, "'nonce-NONCE'"), path).toBe(POLICY);
    await hydrated(page);
  }
  expect(new Set(nonces).size, 'no nonce twice').toBe(nonces.length);
});

test('a script that got into the markup of a page does not run', async ({ page, server, guard }) => {
  guard.allow(/securitypolicyviolation: script-src|violates the following Content Security Policy directive/);
  const injected = '<script>document.documentElement.dataset.ran = "script"</script><svg onload="document.documentElement.dataset.ran = \'handler\'"></svg>';
  await page.route('**/credentials', async (route) => {
    const response = await route.fetch();
    const html = await response.text();
    expect(html.split('</body>'), 'one place for it').toHaveLength(2);
    await route.fulfill({ response, body: html.replace('</body>', `${injected}</body>`) });
  });
  await signIn(page, server, 'administrator');
  const refused: string[] = [];
  page.on('console', (message) => {
    if (message.text().startsWith('securitypolicyviolation: script-src')) refused.push(message.text().split(' ')[1] ?? '');
  });
  await open(page, '/credentials');
  await expect.poll(() => refused.sort()).toEqual(['script-src-attr', 'script-src-elem']);
  await expect(page.locator('html')).not.toHaveAttribute('data-ran');
});

test('text becomes neither markup nor a script behind the back of the page', async ({ page, server, guard }) => {
  guard.allow(/securitypolicyviolation: require-trusted-types-for|requires 'Trusted(HTML|Script)' assignment/);
  await signIn(page, server, 'administrator');
  await open(page, '/credentials');
  const attempts = await page.evaluate(() => {
    const attempt = (act: () => void) => {
      try {
        act();
        return 'went through';
      } catch (error) {
        return (error as Error).name;
      }
    };
    const markup = '<b id="injected">markup</b>';
    const script = document.createElement('script');
    return {
      innerHTML: attempt(() => (document.body.appendChild(document.createElement('div')).innerHTML = markup)),
      insertAdjacentHTML: attempt(() => document.body.insertAdjacentHTML('beforeend', markup)),
      script: attempt(() => (script.textContent = 'document.documentElement.dataset.ran = "script"')),
      handler: attempt(() => document.body.setAttribute('onclick', 'document.documentElement.dataset.ran = "handler"')),
    };
  });
  expect(attempts).toEqual({ innerHTML: 'TypeError', insertAdjacentHTML: 'TypeError', script: 'TypeError', handler: 'TypeError' });
  await expect(page.locator('#injected')).toHaveCount(0);
  await expect(page.locator('html')).not.toHaveAttribute('data-ran');
});

test('scripts, styles and the module may be kept for a year, and come compressed from a release', async ({ page }) => {
  const assets: { url: string; headers: Record<string, string> }[] = [];
  page.on('response', (response) => {
    if (response.url().includes('/pkg/')) assets.push({ url: response.url(), headers: response.headers() });
  });
  await page.goto('/sign-in');
  await hydrated(page);
  for (const extension of ['js', 'wasm', 'css']) {
    const asset = assets.find(({ url }) => new RegExp(`/pkg/(strongroom\\.[0-9a-f]{12,}|[0-9a-f]{12,}/strongroom(_bg)?)\\.${extension}$`).test(url));
    expect(asset, `an asset with a hashed name and the extension ${extension}`).toBeDefined();
    expect(asset?.headers['cache-control']).toContain('immutable');
    if (!process.env.STRONGROOM_SITE_DIR) expect(asset?.headers['content-encoding']).toMatch(/^(br|gzip)$/);
  }
});
