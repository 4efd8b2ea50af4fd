import { expect, hydrated, test } from '../fixtures';

test('the sign-in page hydrates under a strict content security policy', async ({ page }) => {
  const response = await page.goto('/sign-in');
  expect(response?.status()).toBe(200);
  expect(response?.headers()['content-security-policy']).toContain("default-src 'none'");
  await hydrated(page);
});

test('scripts, styles and the module come compressed and may be kept for a year', async ({ page }) => {
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
    expect(asset?.headers['content-encoding']).toMatch(/^(br|gzip)$/);
  }
});
