import { type Api, expect, open, signIn, test, unique } from '../fixtures';
import { DeleteDialog } from '../pages/credentials';
import { expectNothingSideways, WIDTHS } from '../support/widths';

const CANARY = 'canary-d915-widths';

/** A credential with the longest name, many hosts and a reference. */
async function wideCredential(client: Api): Promise<{ id: string; name: string }> {
  const name = unique('WIDE').padEnd(100, '_AND_ON');
  const credential = await client.createCredential({ name, value: CANARY, allowed_hosts: [`${'long-'.repeat(10)}host.example.com:8443`, 'mcp.example.com'] });
  await client.post('/mcp-servers', { name: unique('Referrer with a rather long name'), url: `https://mcp.example.com/${'deep/'.repeat(20)}`, credential_id: credential.id });
  return credential;
}

for (const width of WIDTHS) {
  test.describe(`${width} px`, () => {
    test.use({ viewport: { width, height: 900 } });

    test('the pages of the signed-out fit', async ({ page }) => {
      for (const path of ['/sign-in', '/sign-in?error=wrong', '/set-up']) {
        await open(page, path);
        await expectNothingSideways(page, path);
      }
    });

    test('every page and dialog fits, and the operations are in sight', async ({ page, server, api }) => {
      test.slow();
      const { id, name } = await wideCredential(await api('administrator'));
      await signIn(page, server, 'administrator');
      const list = `/credentials?search=${id}`;
      await open(page, list);
      for (const words of [`Edit ${name}`, `Delete ${name}`]) {
        await expect(page.getByRole('link', { name: words, exact: true })).toBeInViewport({ ratio: 1 });
      }
      await expectNothingSideways(page, list);
      await open(page, `/credentials/${id}`);
      await expect(page.getByRole('table', { name: 'Where used' })).toBeVisible();
      await expectNothingSideways(page, 'the page of the credential');
      await open(page, '/mcp-servers');
      const row = page.getByRole('table', { name: 'MCP servers' }).locator('tbody').getByRole('row').first();
      for (const operation of await row.locator('.operations').getByRole('link').all()) {
        await expect(operation).toBeInViewport({ ratio: 1 });
      }
      await expectNothingSideways(page, 'the MCP servers');
      for (const dialog of ['dialog=add', `edit=${id}`, `rename=${id}`, `hosts=${id}`, `delete=${id}`]) {
        await open(page, `${list}&${dialog}`);
        const shown = page.getByRole('dialog');
        await expect(shown.getByRole('button', { name: 'Cancel' })).toBeVisible();
        await expectNothingSideways(page, dialog);
      }
      await open(page, '/mcp-servers?dialog=add');
      await expect(page.getByRole('dialog').getByRole('button', { name: 'Cancel' })).toBeVisible();
      await expectNothingSideways(page, 'the form for an MCP server');
      const settings = { provider: 'ollama', model_id: 'a-model-with-a-rather-long-name:70b-instruct-q4', api_key: id, base_url: `https://${'long-'.repeat(8)}host.example.com:8443/v1` };
      const binding = await (await api('administrator')).post<{ id: string }>('/model-bindings', { name: unique('Binding with a rather long name'), settings, allow_host: true });
      for (const path of ['/model-bindings', `/model-bindings/${binding.id}/try`]) {
        await open(page, path);
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
        await expectNothingSideways(page, path);
      }
      for (const dialog of ['dialog=add', `edit=${binding.id}`, `delete=${binding.id}`]) {
        await open(page, `/model-bindings?${dialog}`);
        await expect(page.getByRole('dialog').getByRole('button', { name: 'Cancel' })).toBeVisible();
        await expectNothingSideways(page, `the model binding: ${dialog}`);
      }
    });

    test('the longest name fits where a fault repeats it', async ({ page, server, api }) => {
      const client = await api('administrator');
      const name = unique('LONGEST').padEnd(128, '_AND_ON');
      const { id } = await client.createCredential({ name, value: CANARY });
      await client.post('/mcp-servers', { name: unique('Referrer'), url: 'https://mcp.example.com/mcp', credential_id: id });
      await signIn(page, server, 'administrator');
      await open(page, `/credentials?search=${id}&delete=${id}`);
      const question = new DeleteDialog(page, name);
      await question.deleteAnyway().click();
      await expect(question.confirmation()).toHaveAccessibleDescription(`Type ${name} to confirm.`);
      await expectNothingSideways(page, 'deleting without the name typed');
    });

    test('no fact of a row is lost', async ({ page, server, api }) => {
      const { id } = await wideCredential(await api('administrator'));
      await signIn(page, server, 'administrator');
      await open(page, `/credentials?search=${id}`);
      const row = page.getByRole('table', { name: 'Credentials' }).locator('tbody').getByRole('row');
      await expect(row).toHaveCount(1);
      const text = await row.innerText();
      for (const fact of [`…${id.slice(-8)}`, 'Ada Administrator', '********', '1 reference']) expect(text).toContain(fact);
      const times = await row.locator('time').evaluateAll((all) => all.filter((time) => time.checkVisibility()).length);
      expect(times, 'created and updated').toBe(2);
    });
  });
}
