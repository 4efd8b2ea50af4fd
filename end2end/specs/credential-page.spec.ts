import { axeCheck, expect, hydrated, open, signIn, test, unique, USERS } from '../fixtures';
import { AuditPage } from '../pages/audit';
import { startLeakyMcp } from '../support/mcp';
import { CredentialForm, CredentialsPage, DeleteDialog } from '../pages/credentials';

const CANARY = 'canary-a83c-page';

test.beforeEach(async ({ page, server }) => {
  await signIn(page, server, 'administrator');
});

test('the page of a credential shows its facts, and no value', async ({ page, api }) => {
  const { id, name } = await (await api('administrator')).createCredential({
    name: unique('FACTS'),
    value: CANARY,
    allowed_hosts: ['api.example.com'],
  });
  await open(page, `/credentials?search=${name}`);
  await new CredentialsPage(page).link(name).click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeFocused();
  await expect(page).toHaveTitle(`${name} · Strongroom`);
  const facts = page.getByRole('region', { name: 'Details' });
  for (const fact of [id, USERS.administrator.name, '********', '1 (original)', 'api.example.com']) {
    await expect(facts).toContainText(fact);
  }
  await expect(page.getByRole('region', { name: 'Used by' })).toContainText('Nothing in Strongroom uses it.');
  await expect(page.getByRole('region', { name: 'Recent activity' })).toContainText('No activity yet.');
  expect(await page.content()).not.toContain(CANARY);
  await axeCheck(page);
  await page.getByRole('link', { name: 'All credentials' }).click();
  await expect(new CredentialsPage(page).heading()).toBeFocused();
});

test('references and uses are listed, and lead to what refers', async ({ page, api, mcp }) => {
  const client = await api('administrator');
  const { id } = await client.createCredential({ name: unique('USED'), value: mcp.token, allowed_hosts: [mcp.origin] });
  const server = await client.post<{ id: string; name: string }>('/mcp-servers', { name: unique('Referrer'), url: mcp.url, credential_id: id });
  const tested = await client.send('POST', `/mcp-servers/${server.id}/test`, {});
  expect(tested.ok, await tested.text()).toBe(true);
  await open(page, `/credentials/${id}`);
  const references = page.getByRole('table', { name: 'Used by' });
  await expect(references.getByRole('row').filter({ hasText: server.name })).toContainText('MCP server');
  const uses = page.getByRole('table', { name: 'Recent activity' });
  const use = uses.getByRole('row').filter({ hasText: server.name }).first();
  for (const fact of [USERS.administrator.name, mcp.host, 'allowed', 'GMT+5:30']) await expect(use).toContainText(fact);
  expect(await page.content()).not.toContain(mcp.token);
  await axeCheck(page);
  await references.getByRole('link', { name: server.name }).click();
  await expect(page.getByRole('dialog', { name: `Edit ${server.name}` })).toBeVisible();
});

test('a value that came back in an answer to another record is shown to its owner, and to no viewer', async ({ page, server, api }) => {
  const leaky = await startLeakyMcp();
  try {
    const client = await api('administrator');
    const { id } = await client.createCredential({ name: unique('ECHOED'), value: `${CANARY}-that-is-long`, allowed_hosts: [leaky.origin] });
    for (const credential_id of [id, null]) {
      const made = await client.post<{ id: string }>('/mcp-servers', { name: unique('Leaky'), url: leaky.url, credential_id });
      const called = await client.send('POST', `/mcp-servers/${made.id}/tools/show/call`, {});
      expect(await called.text()).toContain('[redacted]');
    }
    const activity = page.getByRole('table', { name: 'Recent activity' });
    await expect(async () => {
      await open(page, `/credentials/${id}`);
      await expect(activity.getByRole('row').filter({ hasText: 'value repeated' })).toHaveCount(1, { timeout: 1_000 });
    }).toPass();
    const echo = activity.getByRole('row').filter({ hasText: 'value repeated' });
    await expect(echo).toContainText(leaky.host);
    await expect(echo).toContainText('A response contained the value from an earlier request; we hid it.');
    await expect(echo).not.toContainText(USERS.administrator.name);
    await axeCheck(page);
    await page.reload();
    await hydrated(page);
    await expect(echo).toHaveCount(1);
    await open(page, `/audit?target=${id}&action=credential.echoed`);
    await expect(new AuditPage(page).rows()).toHaveCount(1);
    await expect(new AuditPage(page).rows().first()).toContainText('A response repeated a value');
    expect(await page.content()).not.toContain(CANARY);
    await page.context().clearCookies();
    await signIn(page, server, 'viewer');
    await open(page, `/credentials/${id}`);
    await expect(activity.getByRole('row')).not.toHaveCount(0);
    await expect(echo).toHaveCount(0);
  } finally {
    await leaky.stop();
  }
});

test('a reload of a page with references hydrates without complaint', async ({ page, api }) => {
  const client = await api('administrator');
  const { id, name } = await client.createCredential({ name: unique('RELOADED'), value: CANARY });
  await client.post('/mcp-servers', { name: unique('Referrer'), url: 'https://mcp.example.com/mcp', credential_id: id });
  await open(page, `/credentials/${id}`);
  await page.reload();
  await hydrated(page);
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  await expect(page.getByRole('table', { name: 'Used by' }).getByRole('row')).toHaveCount(2);
});

test('the allowed destinations are changed, and each bad one is told at its field', async ({ page, api }) => {
  const { id, name } = await (await api('administrator')).createCredential({ name: unique('HOSTS'), value: CANARY });
  await open(page, `/credentials/${id}`);
  const facts = page.getByRole('region', { name: 'Details' });
  await expect(facts).toContainText('None yet. The first MCP server or model you link will be added.');
  await facts.getByRole('link', { name: 'Change' }).click();
  const dialog = page.getByRole('dialog', { name: `Allowed destinations of ${name}` });
  const hosts = dialog.getByRole('textbox', { name: 'Allowed destinations' });
  await expect(hosts).toBeFocused();
  await expect(hosts).toHaveAccessibleDescription(/Write http:\/\/… for plain HTTP\. Without a path, the whole host is allowed\./);
  await axeCheck(page, 'dialog');
  await hosts.fill('not a host\napi.example.com/v1\n127.0.0.1:4000\nhttps://api.example.com/../v1');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(hosts).toHaveAttribute('aria-invalid', 'true');
  await expect(hosts).toBeFocused();
  await expect(hosts).toHaveAccessibleDescription(/not a host: Enter a host/);
  await expect(hosts).toHaveAccessibleDescription(/127\.0\.0\.1:4000: Write http:\/\/127\.0\.0\.1:4000 or https:\/\/127\.0\.0\.1:4000\./);
  await expect(hosts).toHaveAccessibleDescription(/\.\.\/v1: Remove \. and \.\. from the path\./);
  await expect(dialog.getByRole('alert')).toBeEmpty();
  await hosts.fill('api.example.com/v1,beta/\nbuild.example.com:8443, http://127.0.0.1:4000/mcp');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toBeHidden();
  await expect(facts.getByRole('listitem').filter({ hasText: 'api.example.com' })).toHaveText('api.example.com/v1,beta');
  await expect(facts.getByRole('listitem').filter({ hasText: 'build' })).toHaveText('build.example.com:8443any path');
  await expect(facts.getByRole('listitem').filter({ hasText: '4000' })).toHaveText('http://127.0.0.1:4000/mcpplain HTTP, not encrypted');
  await expect(new CredentialsPage(page).messages()).toContainText(`Saved the allowed destinations of ${name}.`);
  await axeCheck(page);
});

test('destinations of an earlier version are marked, with a hint to narrow or confirm them', async ({ page, api }) => {
  const { id, name } = await (await api('administrator')).createCredential({
    name: unique('BEFORE'),
    value: CANARY,
    allowed_hosts: ['old.example.com', 'new.example.com/mcp'],
  });
  await page.route(`**/api/v1/credentials/${id}`, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...(await response.json()), allowed_hosts_from_before: ['old.example.com'] } });
  });
  await open(page, `/credentials?search=${name}`);
  await new CredentialsPage(page).link(name).click();
  const facts = page.getByRole('region', { name: 'Details' });
  await expect(facts.getByRole('listitem').filter({ hasText: 'old' })).toHaveText('old.example.comany path(from before)');
  await expect(facts.getByRole('listitem').filter({ hasText: 'new' })).toHaveText('new.example.com/mcp');
  await expect(facts).toContainText('Destinations marked “from before” come from an earlier version and allow any path.');
});

test('renaming and editing change the page and its title', async ({ page, api }) => {
  const { id, name } = await (await api('administrator')).createCredential({ name: unique('OLD'), value: CANARY });
  await open(page, `/credentials/${id}`);
  await page.getByRole('main').getByRole('link', { name: 'Rename' }).click();
  const rename = new CredentialForm(page, `Rename ${name}`);
  await rename.name().fill(`${name}_NEW`);
  await rename.save().click();
  await expect(page.getByRole('heading', { level: 1, name: `${name}_NEW` })).toBeVisible();
  await expect(page).toHaveTitle(`${name}_NEW · Strongroom`);
  await page.getByRole('main').getByRole('link', { name: 'Edit' }).click();
  const edit = new CredentialForm(page, `Edit ${name}_NEW`);
  await edit.value.paste(`${CANARY}-2`);
  await edit.save().click();
  await expect(edit.dialog).toBeHidden();
  await expect(page.getByRole('region', { name: 'Details' })).not.toContainText('original');
  expect(await page.content()).not.toContain(CANARY);
});

test('deleting leads to the list, and Back does not lead to what is gone', async ({ page, api, guard }) => {
  guard.allow(/status of 404/);
  const { id, name } = await (await api('administrator')).createCredential({ name: unique('LEAVES'), value: CANARY });
  await open(page, `/credentials/${id}`);
  await page.getByRole('main').getByRole('link', { name: 'Delete' }).click();
  await new DeleteDialog(page, name).delete().click();
  await expect(page).toHaveURL(/\/credentials$/);
  await expect(new CredentialsPage(page).heading()).toBeVisible();
  await expect(new CredentialsPage(page).messages()).toContainText(`${name} deleted.`);
  await open(page, `/credentials/${id}`);
  await expect(page.getByRole('heading', { level: 1, name: 'Credential not found' })).toBeVisible();
});

test('an unknown credential is said to be unknown', async ({ page, guard }) => {
  guard.allow(/status of 404/);
  for (const id of ['0198c0de-0000-7000-8000-000000000001', 'not-an-id']) {
    const response = await page.goto(`/credentials/${id}`);
    expect(response?.status()).toBe(404);
    await hydrated(page);
    await expect(page.getByRole('heading', { level: 1, name: 'Credential not found' })).toBeVisible();
    await axeCheck(page);
  }
});

test('a viewer is offered no changes', async ({ page, server, api }) => {
  const { id, name } = await (await api('administrator')).createCredential({ name: unique('VIEWED'), value: CANARY });
  await page.context().clearCookies();
  await signIn(page, server, 'viewer');
  await open(page, `/credentials/${id}`);
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  for (const words of ['Rename', 'Edit', 'Delete', 'Change']) {
    await expect(page.getByRole('main').getByRole('link', { name: words, exact: true })).toHaveCount(0);
  }
});

for (const [timezoneId, offset] of [
  ['Asia/Kolkata', 330],
  ['America/St_Johns', undefined],
] as const) {
  test.describe(timezoneId, () => {
    test.use({ timezoneId });

    test('times are worded in the reader’s zone, and exact on demand', async ({ page, api }) => {
      const { id } = await (await api('administrator')).createCredential({ name: unique('TIMED'), value: CANARY });
      await open(page, `/credentials/${id}`);
      const facts = page.getByRole('region', { name: 'Details' });
      const time = facts.getByRole('button').filter({ has: page.locator('time') }).first();
      await expect(time).toHaveText(/^(now|\d+ (sec|min)\.? ago)$/);
      const moment = (await time.locator('time').getAttribute('datetime')) ?? '';
      const exact = new Intl.DateTimeFormat('en-GB', {
        timeZone: timezoneId,
        year: 'numeric',
        month: 'short',
        day: 'numeric',
        hour: '2-digit',
        minute: '2-digit',
        second: '2-digit',
        timeZoneName: 'short',
      });
      const parts = Object.fromEntries(exact.formatToParts(new Date(moment)).map(({ type, value }) => [type, value]));
      const clock = `${parts.hour}:${parts.minute}:${parts.second}`;
      await expect(time).toHaveAttribute('title', new RegExp(clock));
      await time.click();
      await expect(time).toHaveAttribute('aria-pressed', 'true');
      await expect(time).toContainText(clock);
      if (offset !== undefined) {
        const there = new Date(Date.parse(moment) + offset * 60_000);
        expect(clock).toBe(there.toISOString().slice(11, 19));
        await expect(time).toContainText('GMT+5:30');
      }
    });
  });
}

test('the server words times in UTC for readers without scripts', async ({ browser, server, api }) => {
  const client = await api('administrator');
  const { id } = await client.createCredential({ name: unique('UTC'), value: CANARY });
  const context = await browser.newContext({ baseURL: server.url, javaScriptEnabled: false });
  const page = await context.newPage();
  await signIn(page, server, 'administrator');
  await page.goto(`/credentials/${id}`);
  await expect(page.getByRole('region', { name: 'Details' }).locator('time').first()).toHaveText(/^\d{4}-\d\d-\d\d \d\d:\d\d UTC$/);
  await context.close();
});
