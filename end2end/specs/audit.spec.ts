import { readFile } from 'node:fs/promises';

import { axeCheck, expect, hydrated, open, signIn, test, unique, USERS } from '../fixtures';
import { AuditPage } from '../pages/audit';
import { expectNothingSideways, WIDTHS } from '../support/widths';

const CANARY = 'canary-a7d1-audit';

test.beforeEach(async ({ page, server }) => {
  await signIn(page, server, 'administrator');
});

test('a change of a credential is in the trail, and leads to it', async ({ page, api }) => {
  const { id, name } = await (await api('manager')).createCredential({ name: unique('TRAIL'), value: CANARY });
  await open(page, '/credentials');
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Audit trail' }).click();
  const audit = new AuditPage(page);
  await expect(audit.heading()).toBeFocused();
  await expect(page).toHaveTitle('Audit trail · Strongroom');
  await audit.search().fill(name);
  await expect(page).toHaveURL(new RegExp(`search=${name}`));
  await expect(audit.rows()).toHaveCount(1);
  const row = audit.rows().first();
  for (const words of ['Max Manager', 'Created a credential', name, 'Done']) await expect(row).toContainText(words);
  await row.getByRole('link', { name, exact: true }).first().click();
  await expect(page).toHaveURL(new RegExp(`/credentials/${id}$`));
});

test('a row unfolds by keyboard to all that is known, and leads to others like it', async ({ page, api }) => {
  const client = await api('administrator');
  const { id, name } = await client.createCredential({ name: unique('UNFOLD'), value: CANARY });
  await client.patch(`/credentials/${id}`, { value: `${CANARY}-2` });
  await open(page, `/audit?search=${name}&action=credential.update`);
  const audit = new AuditPage(page);
  await expect(audit.rows()).toHaveCount(1);
  const summary = audit.rows().locator('summary');
  await summary.focus();
  await page.keyboard.press('Enter');
  const row = audit.rows().first();
  await expect(row).toContainText('changed: value');
  await expect(row.getByRole('button', { name: 'Copy request ID' })).toBeVisible();
  await row.getByRole('link', { name: `More about ${name}` }).click();
  await expect(page).toHaveURL(`/audit?target=${id}`);
  await expect(audit.rows()).toHaveCount(2);
  const chip = page.getByRole('link', { name: `Remove filter: Only about ${name}` });
  await expect(chip).toBeVisible();
  await chip.click();
  await expect(page).toHaveURL('/audit');
  await expect(page.locator('body')).not.toContainText(CANARY);
});

test('a row leads to everything by whoever did it', async ({ page, api }) => {
  const name = unique('BY_MAX');
  await (await api('administrator')).createCredential({ name: unique('BY_ADA'), value: CANARY });
  await (await api('manager')).createCredential({ name, value: CANARY });
  await open(page, `/audit?search=${name}`);
  const audit = new AuditPage(page);
  await expect(audit.rows()).toHaveCount(1);
  const actor = await (await api('manager')).get<{ id: string }>('/me');
  await audit.unfold(audit.rows().first());
  await audit.way(`More by ${USERS.manager.name}`).click();
  await expect(page, 'in place of the search').toHaveURL(`/audit?actor=${actor.id}`);
  await expect(audit.search()).toHaveValue('');
  // The manager has signed in besides.
  await expect(audit.row('Signed in').first()).toBeVisible();
  await expect(audit.row(name)).toHaveCount(1);
  await expect.poll(() => audit.column('Who')).toEqual([USERS.manager.name]);
  await page.reload();
  await hydrated(page);
  const chip = audit.chip(`Only by ${USERS.manager.name}`);
  await expect(chip).toBeVisible();
  await axeCheck(page);
  await audit.action().selectOption({ label: 'Created a credential' });
  await expect(page, 'further filters narrow further').toHaveURL((url) => url.searchParams.get('actor') === actor.id && url.searchParams.get('action') === 'credential.create');
  await chip.click();
  await expect(page, 'the others stay').toHaveURL('/audit?action=credential.create');
  await expect.poll(() => audit.column('Who')).toContain(USERS.administrator.name);
});

test('a row leads to everything by the command line, which is no user', async ({ page }) => {
  await open(page, '/audit?action=user.create');
  const audit = new AuditPage(page);
  await audit.unfold(audit.row('Command line').first());
  await audit.way('More by Command line').click();
  await expect(page).toHaveURL('/audit?actor=cli');
  await expect(audit.chip('Only by Command line')).toBeVisible();
  await expect.poll(() => audit.column('Who')).toEqual(['Command line']);
});

test('a row leads to everything at its host', async ({ page, api, mcp }) => {
  const client = await api('administrator');
  const { id, name } = await client.createCredential({ name: unique('AT_HOST'), value: mcp.token, allowed_hosts: [mcp.origin] });
  const server = await client.post<{ id: string }>('/mcp-servers', { name: unique('Referrer'), url: mcp.url, credential_id: id });
  const tested = await client.send('POST', `/mcp-servers/${server.id}/test`, {});
  expect(tested.ok, await tested.text()).toBe(true);
  await open(page, `/audit?target=${id}&host=${encodeURIComponent(mcp.host)}`);
  const audit = new AuditPage(page);
  await audit.unfold(audit.rows().first());
  await audit.way(`More to ${mcp.host}`).click();
  await expect(page, 'in place of the other filters').toHaveURL((url) => url.search === `?host=${encodeURIComponent(mcp.host)}`);
  await expect(audit.host()).toHaveValue(mcp.host);
  await expect(audit.row(name).first()).toContainText(mcp.host);
  await expect.poll(() => audit.column('Host')).toEqual([mcp.host]);
  await audit.clear().click();
  await expect(audit.host()).toHaveValue('');
  expect(await page.content()).not.toContain(mcp.token);
});

test('filters live in the address, survive a reload and Back, and are cleared together', async ({ page, api }) => {
  const { name } = await (await api('administrator')).createCredential({ name: unique('FILTERED'), value: CANARY });
  await open(page, '/audit');
  const audit = new AuditPage(page);
  await audit.action().selectOption({ label: 'Created a credential' });
  await expect(page).toHaveURL('/audit?action=credential.create');
  await audit.outcome().selectOption({ label: 'Refused' });
  await expect(page).toHaveURL('/audit?action=credential.create&outcome=refused');
  await expect(page.getByRole('heading', { name: 'No results for these filters.' })).toBeVisible();
  await page.reload();
  await hydrated(page);
  await expect(audit.action()).toHaveValue('credential.create');
  await expect(audit.outcome()).toHaveValue('refused');
  await page.goBack();
  await expect(audit.outcome()).toHaveValue('');
  await expect(audit.row(name)).toHaveCount(1);
  await audit.clear().click();
  await expect(page).toHaveURL('/audit');
  await expect(audit.action()).toHaveValue('');
  await audit.host().fill('nowhere.example');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL('/audit?host=nowhere.example');
  await page.locator('.empty').getByRole('link', { name: 'Clear filters' }).click();
  await expect(audit.host()).toHaveValue('');
});

test('moments are entered in the time of the reader and kept in UTC', async ({ page, api }) => {
  const { name } = await (await api('administrator')).createCredential({ name: unique('MOMENT'), value: CANARY });
  await open(page, `/audit?search=${name}`);
  const audit = new AuditPage(page);
  await audit.from().fill('2026-01-02T10:30');
  await audit.from().blur();
  // The browser of the tests lives five and a half hours ahead of UTC.
  await expect(page).toHaveURL(`/audit?search=${name}&since=2026-01-02T05%3A00%3A00Z`);
  await expect(audit.rows()).toHaveCount(1);
  await page.reload();
  await hydrated(page);
  await expect(audit.from()).toHaveValue('2026-01-02T10:30');
  await audit.to().fill('2026-01-03T00:00');
  await audit.to().blur();
  await expect(page.getByRole('heading', { name: 'No results for these filters.' })).toBeVisible();
});

// Half an hour off UTC like the zone of the other tests, but behind it, and with summer time.
test.describe('in Newfoundland', () => {
  test.use({ timezoneId: 'America/St_Johns' });

  test('moments follow the clock of winter and of summer, and a reload keeps them', async ({ page }) => {
    await open(page, '/audit');
    const audit = new AuditPage(page);
    for (const [entered, inUtc] of [
      ['2026-01-02T10:30', '2026-01-02T14:00:00Z'],
      ['2026-07-02T10:30', '2026-07-02T13:00:00Z'],
      // The same day here, the next one in UTC.
      ['2026-07-02T23:15', '2026-07-03T01:45:00Z'],
    ] as const) {
      await audit.from().fill(entered);
      await audit.from().blur();
      await expect(page).toHaveURL((url) => url.searchParams.get('since') === inUtc);
      await page.reload();
      await hydrated(page);
      await expect(audit.from()).toHaveValue(entered);
    }
  });

  test('an event is found by the day and by the minute that it has there', async ({ page, api }) => {
    const client = await api('administrator');
    const { name } = await client.createCredential({ name: unique('DAY'), value: CANARY });
    const { items } = await client.get<{ items: { at: string }[] }>(`/audit-events?search=${name}`);
    expect(items).toHaveLength(1);
    const at = new Date(items[0]!.at);
    /** What the clock there shows, as the field takes it. */
    const there = (moment: Date) => {
      const parts = new Intl.DateTimeFormat('en-GB', { timeZone: 'America/St_Johns', dateStyle: 'short', timeStyle: 'short' }).formatToParts(moment);
      const part = (type: string) => parts.find((found) => found.type === type)?.value;
      return `${part('year')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}`;
    };
    const day = there(at).slice(0, 10);
    const dayAfter = (days: number) => new Date(Date.parse(`${day}T00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
    await open(page, `/audit?search=${name}`);
    const audit = new AuditPage(page);
    const narrow = async (from: string, to: string) => {
      await audit.from().fill(from);
      await audit.from().blur();
      await audit.to().fill(to);
      await audit.to().blur();
      await expect(page).toHaveURL((url) => url.searchParams.has('since') && url.searchParams.has('until'));
      await expect(audit.from()).toHaveValue(from);
      await expect(audit.to()).toHaveValue(to);
    };
    const nothing = page.getByRole('heading', { name: 'No results for these filters.' });
    const minute = (minutes: number) => there(new Date(at.getTime() + minutes * 60_000));

    await narrow(`${day}T00:00`, `${dayAfter(1)}T00:00`);
    await expect(audit.rows()).toHaveCount(1);
    await expect(audit.row(name)).toContainText(there(at).slice(11));
    await narrow(`${dayAfter(-1)}T00:00`, `${day}T00:00`);
    await expect(nothing).toBeVisible();
    await narrow(`${dayAfter(1)}T00:00`, `${dayAfter(2)}T00:00`);
    await expect(nothing).toBeVisible();
    await narrow(minute(0), minute(1));
    await expect(audit.rows()).toHaveCount(1);
    await narrow(minute(1), minute(2));
    await expect(nothing).toBeVisible();
    await narrow(minute(-1), minute(0));
    await expect(nothing).toBeVisible();
  });
});

test('times are exact', async ({ page }) => {
  await open(page, '/audit');
  const time = new AuditPage(page).rows().first().locator('time').first();
  await expect(time).toContainText(/\d{1,2} \w{3,4} \d{4}.*\d{2}:\d{2}:\d{2}/);
});

test('the export takes the filters and ends with the head of the chain', async ({ page, api }) => {
  const { name } = await (await api('administrator')).createCredential({ name: unique('EXPORTED'), value: CANARY });
  await open(page, `/audit?search=${name}`);
  const audit = new AuditPage(page);
  await expect(audit.rows()).toHaveCount(1);
  const downloading = page.waitForEvent('download');
  await audit.export().click();
  const download = await downloading;
  expect(download.suggestedFilename()).toMatch(/^strongroom-audit-\d{8}T\d{6}Z\.jsonl$/);
  const text = await readFile(await download.path(), 'utf8');
  const lines = text.trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatchObject({ action: 'credential.create', target: { name } });
  expect(lines[1]).toHaveProperty('head.mac');
  expect(text).not.toContain(CANARY);
});

test('pages lead on and back', async ({ page, api }) => {
  const client = await api('administrator');
  const prefix = unique('PAGED');
  for (let number = 0; number < 12; number += 1) await client.createCredential({ name: `${prefix}_${number}`, value: CANARY });
  await open(page, `/audit?search=${prefix}&limit=10`);
  const audit = new AuditPage(page);
  await expect(audit.rows()).toHaveCount(10);
  await expect(audit.rows().first()).toContainText(`${prefix}_11`);
  await audit.pages().getByRole('link', { name: 'Next' }).click();
  await expect(audit.rows()).toHaveCount(2);
  await expect(audit.pages()).toContainText('11–12 of 12');
  await audit.pages().getByRole('link', { name: 'Previous' }).click();
  await expect(audit.rows()).toHaveCount(10);
});

test('whoever is no administrator finds no link to the trail, and is told whom to ask', async ({ page, server, guard }) => {
  guard.allow(/status of 403/);
  await page.context().clearCookies();
  await signIn(page, server, 'manager');
  await open(page, '/credentials');
  await expect(page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Audit trail' })).toHaveCount(0);
  await open(page, '/audit');
  await expect(page.getByRole('heading', { name: "You don't have permission to see this list. Ask an administrator." })).toBeVisible();
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('the trail is read, filtered and exported', async ({ page, api }) => {
    const { name } = await (await api('administrator')).createCredential({ name: unique('PLAIN'), value: CANARY });
    await page.goto(`/audit?search=${name}`);
    const audit = new AuditPage(page);
    await expect(audit.rows()).toHaveCount(1);
    await audit.action().selectOption({ label: 'Deleted a credential' });
    await audit.filters().getByRole('button', { name: 'Apply' }).click();
    await expect(page.getByRole('heading', { name: 'No results for these filters.' })).toBeVisible();
    expect(new URL(page.url()).searchParams.get('search')).toBe(name);
    await audit.action().selectOption({ label: 'Created a credential' });
    await audit.filters().getByRole('button', { name: 'Apply' }).click();
    await expect(audit.rows()).toHaveCount(1);
    await audit.rows().locator('summary').click();
    await expect(audit.rows().first()).toContainText('Record ID');
    const href = await audit.export().getAttribute('href');
    expect(href).toContain('action=credential%2Ecreate');
  });
});

for (const width of WIDTHS) {
  test(`the trail fits ${width} px and is accessible`, async ({ page, api }) => {
    const name = unique('WIDE').padEnd(110, '_AND_ON');
    await (await api('administrator')).createCredential({ name, value: CANARY });
    await page.setViewportSize({ width, height: 800 });
    await open(page, '/audit');
    const audit = new AuditPage(page);
    await audit.rows().first().locator('summary').click();
    await expectNothingSideways(page, 'the trail');
    await axeCheck(page);
  });
}
