import { axeCheck, expect, open, signIn, test, unique } from '../fixtures';
import { CreateHereForm, McpServerForm, McpServersPage } from '../pages/mcp-servers';
import { expectNothingSideways, WIDTHS } from '../support/widths';

test.beforeEach(async ({ page, server }) => {
  await signIn(page, server, 'administrator');
});

test('the main job: a credential made on the spot opens a server that checks tokens', async ({ page, mcp }) => {
  const form = new McpServerForm(page);
  const inner = new CreateHereForm(page);
  const [name, credential] = [unique('Guarded'), unique('GUARD_TOKEN')];
  await open(page, '/mcp-servers?dialog=add');
  await form.name().fill(name);
  await form.url().fill(mcp.url);
  await form.test().click();
  await expect(form.dialog).toContainText(`${mcp.host} needs a credential (401).`);
  await form.picker.field().fill(credential);
  await form.picker.row(/Create credential/).click();
  await inner.value.paste(mcp.token);
  await inner.save().click();
  await expect(form.picker.field()).toHaveValue(credential);
  await expect(form.dialog).toContainText("You've changed the form since this test.");
  await expect(form.dialog).toContainText(`Sent only to ${mcp.origin}, as Authorization: Bearer.`);
  await form.test().click();
  await expect(form.dialog).toContainText('Connected. 2 tools found.');
  await expect(form.dialog).toContainText('guarded-mcp');
  await axeCheck(page, 'dialog');
  await form.save().click();
  await expect(form.dialog).toBeHidden();
  await expect(new McpServersPage(page).row(name)).toContainText(credential);
  expect(await page.content()).not.toContain(mcp.token);
});

test('a refused token is said to be refused, by name and without its value', async ({ page, api, mcp }) => {
  const wrong = 'canary-5d20-wrong';
  const { name } = await (await api('administrator')).createCredential({ name: unique('WRONG'), value: wrong });
  const form = new McpServerForm(page);
  await open(page, '/mcp-servers?dialog=add');
  await form.url().fill(mcp.url);
  await form.picker.choose(name);
  await form.test().click();
  await expect(form.dialog).toContainText(`${mcp.host} refused ${name} (401). It was sent as Authorization: Bearer.`);
  expect(await page.content()).not.toContain(wrong);
  await form.name().fill(unique('Saved anyway'));
  await form.save().click();
  await expect(form.dialog).toBeHidden();
});

test('cancelling a running test breaks its request off', async ({ page }) => {
  const form = new McpServerForm(page);
  await open(page, '/mcp-servers?dialog=add');
  // Never answered: only breaking it off ends it.
  await page.route('**/api/v1/mcp-servers/test', () => undefined);
  await form.url().fill('https://mcp.example.com/mcp');
  const brokenOff = page.waitForEvent('requestfailed', (request) => request.url().endsWith('/mcp-servers/test'));
  await form.test().click();
  await form.dialog.getByRole('button', { name: 'Cancel test' }).click();
  expect((await brokenOff).failure()?.errorText).toBe('net::ERR_ABORTED');
  await expect(form.dialog).toContainText('Test cancelled.');
  await expect(form.test()).toBeVisible();
  await page.unrouteAll({ behavior: 'ignoreErrors' });
});

test('another destination needs the consent of somebody who may change the credential', async ({ page, api, openMcp }) => {
  const client = await api('administrator');
  const credential = await client.createCredential({ name: unique('ELSEWHERE'), value: 'canary-consent', allowed_hosts: ['mcp.example.com/mcp'] });
  const form = new McpServerForm(page);
  const name = unique('Consent');
  await open(page, '/mcp-servers?dialog=add');
  await form.name().fill(name);
  await form.url().fill(openMcp.url);
  await form.picker.choose(credential.name);
  await form.save().click();
  await expect(form.dialog).toContainText("This credential isn't allowed for this URL. See below.");
  await expect(form.dialog).toContainText(`${credential.name} isn't allowed for ${openMcp.url} yet. Only allow destinations you trust with this value.`);
  await expect(form.allow(`${openMcp.url} and below`)).not.toBeChecked();
  await axeCheck(page, 'dialog');
  await form.allow(`${openMcp.url} and below`).check();
  await expect(form.wholeHost(openMcp.origin)).not.toBeChecked();
  await form.save().click();
  await expect(form.dialog).toBeHidden();
  await expect(new McpServersPage(page).row(name)).toContainText(credential.name);
  const { allowed_hosts } = await client.get<{ allowed_hosts: string[] }>(`/credentials/${credential.id}`);
  expect([...allowed_hosts].sort()).toEqual([openMcp.url, 'mcp.example.com/mcp']);
});

test('another path of an allowed host is asked for again, and the whole host is a choice of its own', async ({ page, api }) => {
  const client = await api('administrator');
  const credential = await client.createCredential({ name: unique('PATHS'), value: 'canary-paths' });
  const name = unique('Paths');
  await client.post('/mcp-servers', { name, url: 'https://mcp.example.com/tenant-a/mcp', credential_id: credential.id });
  const form = new McpServerForm(page, `Edit ${name}`);
  const edit = async (url: string) => {
    await open(page, '/mcp-servers');
    await new McpServersPage(page).operation('Edit', name).click();
    await form.url().fill(url);
    await form.save().click();
  };
  const allowed = async () => (await client.get<{ allowed_hosts: string[] }>(`/credentials/${credential.id}`)).allowed_hosts;

  await edit('https://mcp.example.com/tenant-a/mcp/sse');
  await expect(form.dialog).toBeHidden();
  await edit('https://mcp.example.com/tenant-b/mcp');
  await expect(form.allow('https://mcp.example.com/tenant-b/mcp and below')).toBeVisible();
  // The consent is to this path alone.
  await form.allow('https://mcp.example.com/tenant-b/mcp and below').check();
  await form.url().fill('https://mcp.example.com/tenant-c/mcp');
  await form.save().click();
  await expect(form.allow('https://mcp.example.com/tenant-c/mcp and below')).not.toBeChecked();
  expect(await allowed()).toEqual(['mcp.example.com/tenant-a/mcp']);
  // The whole host includes the path; both can be taken back by keyboard.
  await form.wholeHost('mcp.example.com').focus();
  await page.keyboard.press('Space');
  await expect(form.allow('https://mcp.example.com/tenant-c/mcp and below')).toBeChecked();
  await page.keyboard.press('Space');
  await expect(form.wholeHost('mcp.example.com')).not.toBeChecked();
  await expect(form.allow('https://mcp.example.com/tenant-c/mcp and below')).toBeChecked();
  await page.keyboard.press('Space');
  await form.save().click();
  await expect(form.dialog).toBeHidden();
  expect([...(await allowed())].sort()).toEqual(['mcp.example.com', 'mcp.example.com/tenant-a/mcp']);
});

test('plain HTTP needs a consent of its own, though https is allowed on that port', async ({ page, api }) => {
  const client = await api('administrator');
  const credential = await client.createCredential({ name: unique('SCHEME'), value: 'canary-scheme', allowed_hosts: ['mcp.example.com:8443'] });
  const form = new McpServerForm(page);
  await open(page, '/mcp-servers?dialog=add');
  await form.name().fill(unique('Scheme'));
  await form.url().fill('http://mcp.example.com:8443/mcp');
  await form.picker.choose(credential.name);
  await expect(form.dialog).toContainText("isn't encrypted: anyone on the network can read the value.");
  await form.save().click();
  await expect(form.allow('http://mcp.example.com:8443/mcp and below')).toBeVisible();
  await expect(form.wholeHost('http://mcp.example.com:8443')).toBeVisible();
});

test('a manager is told whom to ask for another host', async ({ page, server, api, openMcp }) => {
  const credential = await (await api('administrator')).createCredential({
    name: unique('NOT_MINE'),
    value: 'canary-ask',
    allowed_hosts: ['mcp.example.com'],
  });
  await page.context().clearCookies();
  await signIn(page, server, 'manager');
  const form = new McpServerForm(page);
  await open(page, '/mcp-servers?dialog=add');
  await form.name().fill(unique('Ask'));
  await form.url().fill(openMcp.url);
  await form.picker.choose(credential.name);
  await form.save().click();
  await expect(form.dialog).toContainText(`${openMcp.url} isn't on ${credential.name}'s allowed destinations. Ask Ada Administrator or an administrator to add it`);
  await expect(form.dialog.getByRole('checkbox')).toHaveCount(0);
});

test('a credential that was deleted meanwhile is told at its field, and stays told', async ({ page, api }) => {
  const client = await api('administrator');
  const credential = await client.createCredential({ name: unique('GONE'), value: 'canary-gone' });
  const form = new McpServerForm(page);
  await open(page, '/mcp-servers?dialog=add');
  await form.name().fill(unique('Gone'));
  await form.url().fill('https://mcp.example.com/mcp');
  await form.picker.choose(credential.name);
  await client.delete(`/credentials/${credential.id}`);
  await form.save().click();
  await expect(form.picker.field()).toBeFocused();
  await expect(form.picker.field()).toHaveAttribute('aria-invalid', 'true');
  // An effect that follows the focus would wipe it by now.
  await page.waitForTimeout(300);
  await expect(form.picker.field()).toHaveAttribute('aria-invalid', 'true');
  await expect(form.picker.field()).toHaveAccessibleDescription(/deleted/i);
});

test('tools, test, switch, edit and delete from the row', async ({ page, api, openMcp }) => {
  const list = new McpServersPage(page);
  const name = unique('Everything');
  await (await api('administrator')).post('/mcp-servers', { name, url: openMcp.url });
  await open(page, '/mcp-servers');
  await expect(list.row(name)).toContainText('no credential');

  await list.operation('Tools of', name).click();
  const tools = page.getByRole('dialog', { name: `Tools of ${name}` });
  await tools.getByText('echo', { exact: true }).click();
  await expect(tools.getByText('message', { exact: true })).toBeVisible();
  await axeCheck(page, 'dialog');
  await page.keyboard.press('Escape');
  await expect(tools).toBeHidden();

  await list.operation('Test', name).click();
  await expect(page.getByRole('dialog', { name: `Test ${name}` })).toContainText('Connected.');
  await page.keyboard.press('Escape');

  const toggle = page.getByRole('switch', { name: `${name} enabled` });
  await toggle.click();
  await expect(page.getByText(`${name} disabled.`)).toBeVisible();
  await expect(toggle).toHaveAttribute('aria-checked', 'false');
  await page.reload();
  await expect(toggle).toHaveAttribute('aria-checked', 'false');

  await open(page, '/mcp-servers');
  await list.operation('Edit', name).click();
  const form = new McpServerForm(page, `Edit ${name}`);
  await expect(form.name()).toBeFocused();
  await form.name().fill(`${name} 2`);
  await form.save().click();
  await expect(form.dialog).toBeHidden();

  await list.operation('Delete', `${name} 2`).click();
  const question = page.getByRole('dialog', { name: `Delete ${name} 2?` });
  await expect(question.getByRole('button', { name: 'Cancel', exact: true })).toBeFocused();
  await question.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(question).toBeHidden();
  await expect(list.row(`${name} 2`)).toHaveCount(0);
});

test('two people editing: the second keeps what was typed', async ({ page, api }) => {
  const client = await api('administrator');
  const name = unique('Shared');
  const server = await client.post<{ id: string }>('/mcp-servers', { name, url: 'https://mcp.example.com/mcp' });
  await open(page, `/mcp-servers?edit=${server.id}`);
  const form = new McpServerForm(page, `Edit ${name}`);
  await form.name().fill(`${name} mine`);
  await client.patch(`/mcp-servers/${server.id}`, { url: 'https://theirs.example.com/mcp' });
  await form.save().click();
  await expect(form.dialog).toContainText('changed this while you were editing');
  await form.dialog.getByRole('button', { name: 'Load latest' }).click();
  await expect(form.url()).toHaveValue('https://theirs.example.com/mcp');
  await expect(form.name()).toHaveValue(`${name} mine`);
  await form.save().click();
  await expect(form.dialog).toBeHidden();
});

test('the list is accessible and fits every width', async ({ page, api }) => {
  const client = await api('administrator');
  const gone = await client.createCredential({ name: unique('GONE_'.repeat(20)), value: 'canary' });
  const url = `https://mcp.example.com/${'long/'.repeat(30)}mcp`;
  await client.post('/mcp-servers', { name: unique('Wide'), url, credential_id: gone.id });
  await client.delete(`/credentials/${gone.id}?force=true`);
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 });
    await open(page, '/mcp-servers');
    await expectNothingSideways(page, `${width} px`);
  }
  await axeCheck(page);
});
