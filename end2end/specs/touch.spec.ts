import type { Locator } from '@playwright/test';

import { type Api, expect, open, signIn, test, unique } from '../fixtures';
import { CredentialForm, CredentialsPage } from '../pages/credentials';

const CANARY = 'canary-6e08-touch';
/** The least that a finger meets. */
const TARGET = 44;
/** The least between what changes and what destroys. */
const GAP = 8;

test.use({ hasTouch: true, isMobile: true });

test.beforeEach(async ({ page, server }) => {
  await signIn(page, server, 'administrator');
});

/** A record of each kind with a name of 128 characters, each with the address of its list. */
async function longest(client: Api): Promise<{ path: string; name: string }[]> {
  const name = (kind: string) => unique(kind).padEnd(121, '_AND_ON').concat('_AT_END');
  const [credential, server, binding, user] = [name('CREDENTIAL'), name('SERVER'), name('BINDING'), name('USER')];
  const { id } = await client.createCredential({ name: credential, value: CANARY, allowed_hosts: ['mcp.example.com'] });
  await client.post('/mcp-servers', { name: server, url: 'https://mcp.example.com/mcp', credential_id: id });
  const settings = { provider: 'openai-compatible', base_url: 'https://mcp.example.com/v1', model_id: 'small', api_key: id };
  await client.post('/model-bindings', { name: binding, settings });
  await client.post('/users', { name: user, email: `${unique('longest').toLowerCase()}@example.com`, role: 'manager' });
  return [
    { path: '/credentials', name: credential },
    { path: '/mcp-servers', name: server },
    { path: '/model-bindings', name: binding },
    { path: '/users', name: user },
  ].map(({ path, name }) => ({ path: `${path}?search=${name.slice(0, 16)}`, name }));
}

async function boxOf(element: Locator): Promise<{ x: number; y: number; width: number; height: number }> {
  await element.scrollIntoViewIfNeeded();
  const box = await element.boundingBox();
  if (!box) throw new Error(`${element} is not shown`);
  return box;
}

for (const [device, viewport] of [
  ['telephone', { width: 390, height: 844 }],
  ['tablet', { width: 1024, height: 768 }],
] as const) {
  test.describe(`on a ${device}`, () => {
    test.use({ viewport });

    test('what a row offers is large enough for a finger, and Delete is apart from Edit', async ({ page, api }) => {
      test.slow();
      for (const { path, name } of await longest(await api('administrator'))) {
        await open(page, path);
        expect(await page.evaluate(() => matchMedia('(pointer: coarse)').matches), 'a finger, not a mouse').toBe(true);
        const operations = page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) }).locator('.operations').locator('a, button');
        await expect(operations.first()).toBeVisible();
        for (const operation of await operations.all()) {
          const { width, height } = await boxOf(operation);
          const what = `${await operation.getAttribute('aria-label')} of ${path}`;
          expect(width, what).toBeGreaterThanOrEqual(TARGET);
          expect(height, what).toBeGreaterThanOrEqual(TARGET);
        }
        const edit = await boxOf(page.getByRole('link', { name: `Edit ${name}`, exact: true }));
        const remove = await boxOf(page.getByRole('link', { name: `Delete ${name}`, exact: true }));
        expect(remove.x - (edit.x + edit.width), `between Edit and Delete of ${path}`).toBeGreaterThanOrEqual(GAP);
      }
    });

    test('a name of 128 characters is shown by both its ends, and a tap leads to all of it', async ({ page, api }) => {
      test.slow();
      for (const { path, name } of await longest(await api('administrator'))) {
        expect(name).toHaveLength(128);
        await open(page, path);
        const link = page.getByRole('main').getByRole('link', { name, exact: true });
        await expect(link, path).toHaveText(new RegExp(`^${name.slice(0, 16)}.*….*_AT_END$`));
        await expect(link, 'in reach of screen readers and the mouse').toHaveAttribute('title', name);
        await link.tap();
        await expect(page.getByRole('heading', { name }), path).toBeVisible();
      }
    });
  });
}

for (const [width, stacked] of [
  [390, true],
  [479, true],
  [481, false],
] as const) {
  test.describe(`at ${width} px`, () => {
    test.use({ viewport: { width, height: 844 } });

    test(`the buttons at the foot of a dialog stand ${stacked ? 'above' : 'beside'} each other`, async ({ page, api }) => {
      const { id, name } = await (await api('administrator')).createCredential({ name: unique('FOOT'), value: CANARY });
      for (const [path, words] of [
        ['/credentials?dialog=add', ['Save', 'Cancel']],
        [`/credentials?search=${name}&delete=${id}`, ['Delete', 'Cancel']],
        ['/mcp-servers?dialog=add', ['Save', 'Cancel', 'Test connection']],
        ['/users?dialog=add', ['Create invite link', 'Cancel']],
      ] as const) {
        await open(page, path);
        const dialog = page.getByRole('dialog');
        const boxes = [];
        for (const word of words) boxes.push(await boxOf(dialog.getByRole('button', { name: word, exact: true })));
        for (const { height } of boxes) expect(height, path).toBeGreaterThanOrEqual(TARGET);
        const [start, size, across] = stacked ? (['y', 'height', 'x'] as const) : (['x', 'width', 'y'] as const);
        boxes.sort((one, other) => one[start] - other[start]);
        for (const [at, box] of boxes.slice(1).entries()) {
          const before = boxes[at]!;
          expect(box[start] - (before[start] + before[size]), `between the buttons of ${path}`).toBeGreaterThanOrEqual(GAP);
          expect(box[across], `in line, ${path}`).toBe(before[across]);
          if (stacked) expect(box.width, `as wide as each other, ${path}`).toBe(before.width);
        }
      }
    });
  });
}

test.describe('a small telephone', () => {
  test.use({ viewport: { width: 320, height: 640 } });

  test('a credential is added and deleted by taps', async ({ page }) => {
    const name = unique('TAPPED');
    await open(page, `/credentials?search=${name}`);
    const [list, form] = [new CredentialsPage(page), new CredentialForm(page)];
    await list.add().tap();
    await form.name().fill(name);
    await form.value.text().tap();
    await page.keyboard.insertText(CANARY);
    await form.save().tap();
    await expect(form.dialog).toBeHidden();
    await list.operation('Delete', name).tap();
    await page.getByRole('dialog', { name: `Delete ${name}?` }).getByRole('button', { name: 'Delete', exact: true }).tap();
    await expect(list.link(name)).toBeHidden();
    await expect(list.messages()).toContainText(`${name} deleted.`);
  });
});
