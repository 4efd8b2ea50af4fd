import { type Api, axeCheck, expect, type GuardedMcpServer, open, signIn, test, unique } from '../fixtures';
import { CredentialsPage, DeleteDialog } from '../pages/credentials';

const CANARY = 'canary-5d20-dialogs';

test.beforeEach(async ({ page, server }) => {
  await signIn(page, server, 'administrator');
});

test('deleting begins on Cancel and goes on with the next row', async ({ page, api }) => {
  const client = await api('administrator');
  const prefix = unique('NEXT_ROW');
  for (const end of ['A', 'B', 'C']) await client.createCredential({ name: `${prefix}_${end}`, value: CANARY });
  await open(page, `/credentials?search=${prefix}`);
  const list = new CredentialsPage(page);
  await list.operation('Delete', `${prefix}_B`).click();
  const question = new DeleteDialog(page, `${prefix}_B`);
  await expect(question.cancel()).toBeFocused();
  await expect(question.dialog).toContainText('Nothing in Strongroom uses it. Scripts that use its ID will fail.');
  await expect(question.dialog).toContainText("The value is deleted right away and can't be restored.");
  await axeCheck(page, 'dialog');
  await question.cancel().click();
  await expect(list.link(`${prefix}_B`)).toBeVisible();
  await expect(list.operation('Delete', `${prefix}_B`)).toBeFocused();
  await page.keyboard.press('Enter');
  await question.delete().click();
  await expect(question.dialog).toBeHidden();
  await expect(list.messages()).toContainText(`${prefix}_B deleted.`);
  await expect(list.link(`${prefix}_B`)).toBeHidden();
  await expect(list.link(`${prefix}_C`)).toBeFocused();
});

test('what is in use is deleted only with its name typed', async ({ page, api }) => {
  const client = await api('administrator');
  const { id, name } = await client.createCredential({ name: unique('IN_USE'), value: CANARY });
  const server = unique('Referrer');
  await client.post('/mcp-servers', { name: server, url: 'https://mcp.example.com/mcp', credential_id: id });
  await open(page, `/credentials?search=${name}&delete=${id}`);
  const question = new DeleteDialog(page, name);
  await expect(question.cancel()).toBeFocused();
  await expect(question.dialog.getByRole('listitem').filter({ hasText: server })).toContainText('MCP server');
  await expect(question.dialog).toContainText('Will stop connecting until you pick another credential.');
  await expect(question.dialog.getByRole('link', { name: server })).toHaveAttribute('href', /\/mcp-servers\?edit=/);
  await axeCheck(page, 'dialog');
  await question.deleteAnyway().click();
  await expect(question.confirmation()).toBeFocused();
  await expect(question.confirmation()).toHaveAttribute('aria-invalid', 'true');
  expect((await client.send('GET', `/credentials/${id}`)).status).toBe(200);
  await question.confirmation().fill(name);
  await page.keyboard.press('Enter');
  await expect(question.dialog).toBeHidden();
  expect((await client.send('GET', `/credentials/${id}`)).status).toBe(404);
  await open(page, '/mcp-servers');
  await expect(page.getByRole('row', { name: new RegExp(server) })).toContainText('credential deleted');
});

/** A credential with seven MCP servers, the first of which has used it, and five model bindings, attached in this order. */
async function usedByTwelve(client: Api, mcp: GuardedMcpServer): Promise<{ id: string; name: string; referrers: string[] }> {
  const hosts = [mcp.origin, 'mcp.example.com', 'models.example.com'];
  const { id, name } = await client.createCredential({ name: unique('TWELVE'), value: mcp.token, allowed_hosts: hosts });
  const referrers: string[] = [];
  for (let number = 1; number <= 12; number += 1) {
    const referrer = unique(`Referrer ${number}`);
    referrers.push(referrer);
    if (number > 7) {
      const settings = { provider: 'openai-compatible', base_url: 'https://models.example.com/v1', model_id: 'small', api_key: id };
      await client.post('/model-bindings', { name: referrer, settings });
    } else {
      const url = number === 1 ? mcp.url : 'https://mcp.example.com/mcp';
      const server = await client.post<{ id: string }>('/mcp-servers', { name: referrer, url, credential_id: id });
      if (number === 1) await client.post(`/mcp-servers/${server.id}/test`, {});
    }
  }
  return { id, name, referrers };
}

test('of many uses the first ten are listed, each with its last use and its fate, and the others counted', async ({ page, api, mcp }) => {
  const { id, name, referrers } = await usedByTwelve(await api('administrator'), mcp);
  await open(page, `/credentials?search=${name}&delete=${id}`);
  const question = new DeleteDialog(page, name);
  await expect(question.dialog).toContainText('12 MCP servers and model bindings use this credential and will stop working.');
  await expect(question.references()).toHaveCount(11);
  for (const [at, referrer] of referrers.slice(0, 10).entries()) {
    const item = question.references().nth(at);
    const [kind, list, stops] = at < 7 ? (['MCP server', '/mcp-servers', 'connecting'] as const) : (['Model binding', '/model-bindings', 'working'] as const);
    await expect(item.getByRole('link', { name: referrer, exact: true })).toHaveAttribute('href', new RegExp(`^${list}\\?edit=[0-9a-f-]{36}$`));
    await expect(item).toContainText(kind);
    await expect(item).toContainText(at === 0 ? /used (now|\d+ (sec|min)\.? ago)/ : 'never used');
    await expect(item).toContainText(`Will stop ${stops} until you pick another credential.`);
  }
  await expect(question.references().last()).toHaveText('and 2 more');
  for (const referrer of referrers.slice(10)) await expect(question.dialog).not.toContainText(referrer);
  const used = question.references().first().getByRole('button').filter({ has: page.locator('time') });
  await used.click();
  await expect(used, 'the exact time is in reach').toContainText('GMT+5:30');
  await axeCheck(page, 'dialog');
  expect(await page.content()).not.toContain(mcp.token);
});

// Every role that can delete credentials can also see their references, so the test changes the response on its way.
test('uses that one may not see are counted apart, and deleting goes on', async ({ page, api, mcp }) => {
  const client = await api('administrator');
  const { id, name, referrers } = await usedByTwelve(client, mcp);
  await page.route(`**/api/v1/credentials/${id}/references*`, async (route) => {
    const response = await route.fetch();
    const answer = (await response.json()) as { total: number; hidden: number };
    await route.fulfill({ response, json: { ...answer, total: answer.total + 3, hidden: 3 } });
  });
  await open(page, `/credentials?search=${name}&delete=${id}`);
  const question = new DeleteDialog(page, name);
  await expect(question.dialog).toContainText('15 MCP servers and model bindings use this credential and will stop working.');
  await expect(question.references()).toHaveCount(12);
  await expect(question.references().nth(9)).toContainText(referrers[9]!);
  await expect(question.references().nth(10)).toHaveText('and 2 more');
  await expect(question.references().nth(11)).toHaveText("and 3 you can't see");
  await axeCheck(page, 'dialog');
  await question.confirmation().fill(name);
  await question.deleteAnyway().click();
  await expect(question.dialog).toBeHidden();
  expect((await client.send('GET', `/credentials/${id}`)).status).toBe(404);
});

test('uses that are all hidden are counted without a list', async ({ page, api }) => {
  const { id, name } = await (await api('administrator')).createCredential({ name: unique('ALL_HIDDEN'), value: CANARY });
  await page.route(`**/api/v1/credentials/${id}/references*`, (route) =>
    route.fulfill({ json: { items: [], total: 1, total_exact: true, next_cursor: null, previous_cursor: null, hidden: 1 } }),
  );
  await open(page, `/credentials?search=${name}&delete=${id}`);
  const question = new DeleteDialog(page, name);
  await expect(question.dialog).toContainText('1 MCP server or model binding uses this credential and will stop working.');
  await expect(question.references()).toHaveText(["and 1 you can't see"]);
  await expect(question.deleteAnyway()).toBeVisible();
});

test('a use that was added meanwhile is shown before anything is deleted', async ({ page, api }) => {
  const client = await api('administrator');
  const { id, name } = await client.createCredential({ name: unique('MEANWHILE'), value: CANARY });
  await open(page, `/credentials?search=${name}&delete=${id}`);
  const question = new DeleteDialog(page, name);
  await expect(question.delete()).toBeVisible();
  const server = unique('Newcomer');
  await client.post('/mcp-servers', { name: server, url: 'https://mcp.example.com/mcp', credential_id: id });
  await question.delete().click();
  await expect(question.dialog).toContainText('This list changed while you were looking.');
  await expect(question.dialog.getByRole('link', { name: server })).toBeVisible();
  expect((await client.send('GET', `/credentials/${id}`)).status).toBe(200);
  await question.confirmation().fill(name);
  await question.deleteAnyway().click();
  await expect(question.dialog).toBeHidden();
  expect((await client.send('GET', `/credentials/${id}`)).status).toBe(404);
});
